// The handles of one channel: what its client has open.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <variant>

#include "base/bytes.hpp"
#include "desk/desk.hpp"

namespace consign::sftp {

/// An open folder, and the entries that were read and did not fit into the last answer.
struct OpenFolder {
    VirtualPath path;              // relative to the home
    desk::Occupancy::Place place;  // among the folders that the account has open
    std::unique_ptr<desk::Listing> listing;
    std::deque<desk::Attributes> waiting;
    bool ended = false;
};

using Handle = std::variant<std::shared_ptr<desk::Upload>, std::unique_ptr<desk::Download>,
                            std::unique_ptr<OpenFolder>>;

class Handles {
  public:
    /// Told to clients by limits@openssh.com.
    static constexpr std::size_t limit = 256;

    /// The name that the client is to use: never used twice on one channel. Nothing where `limit`
    /// are open.
    [[nodiscard]] std::optional<Bytes> add(Handle handle);
    /// Null where there is none of this name.
    [[nodiscard]] Handle* find(ByteView name);
    /// As find, where it is of this kind; null otherwise.
    template <class Kind>
    [[nodiscard]] Kind* find(ByteView name) {
        Handle* const handle = find(name);
        return handle ? std::get_if<Kind>(handle) : nullptr;
    }
    [[nodiscard]] std::optional<Handle> take(ByteView name);
    /// Any one of them, to end it; nothing where none is left.
    [[nodiscard]] std::optional<Handle> take_any();
    [[nodiscard]] bool is_empty() const { return open_.empty(); }
    [[nodiscard]] bool is_full() const { return open_.size() >= limit; }

  private:
    std::map<std::uint32_t, Handle> open_;
    std::uint32_t next_ = 1;
};

}  // namespace consign::sftp
