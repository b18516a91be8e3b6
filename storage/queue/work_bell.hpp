// How those who carry out jobs hear of new ones: the store rings once the transaction that made
// them is durable.
#pragma once

#include <functional>
#include <list>
#include <mutex>

#include "storage/queue/kind.hpp"

namespace consign::queue {

/// From any thread.
class WorkBell {
  public:
    /// Called on any thread, with the bell locked: it posts, and does nothing else.
    using Heard = std::move_only_function<void()>;

    /// Listens until it is destroyed.
    class Listener {
      public:
        Listener(WorkBell& bell, Kind kind, Heard heard);
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;
        ~Listener();

      private:
        friend class WorkBell;
        WorkBell& bell_;
        const Kind kind_;
        Heard heard_;
    };

    void ring(Kinds kinds);

  private:
    std::mutex mutex_;
    std::list<Listener*> listeners_;
};

}  // namespace consign::queue
