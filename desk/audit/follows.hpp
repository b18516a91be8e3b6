// Administrators who watch the ledger: what each asked, once, and recorded; and how far it was
// told. Whoever comes back with the watch's id is told what came since, and nothing else.
#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <string>

#include "base/id.hpp"
#include "desk/audit/event_question.hpp"

namespace consign::desk {

struct Follow {
    Id id;
    std::string administrator;
    EventQuestion question;
    std::int64_t reached = 0;  // one call at a time for a watch
};

/// From any thread.
class Follows {
  public:
    /// The one that nobody came back to the longest makes room.
    static constexpr std::size_t limit = 64;

    void begin(Follow follow);
    /// Takes it out; nothing where there is none of this administrator's.
    [[nodiscard]] std::optional<Follow> take(const Id& id, const std::string& administrator);
    void put_back(Follow follow) { begin(std::move(follow)); }

  private:
    std::mutex mutex_;
    std::list<Follow> follows_;  // the longest unasked first
};

}  // namespace consign::desk
