// How far the scrubber came, and what it found damaged. Lives on one connection, and changes on the
// writer thread alone. Errors: the database's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"

namespace consign::database {
class Connection;
}

namespace consign::scrub {

using FileId = std::int64_t;  // of the catalog

/// The numbers stand in rows: never use one for something else.
enum class Damage : std::uint8_t { altered = 1, missing = 2, unreadable = 3 };
[[nodiscard]] std::string_view name_of(Damage damage);

enum class State : std::uint8_t { resting = 0, running = 1, stopped = 2 };
[[nodiscard]] std::string_view name_of(State state);

/// The pass that is in progress, or the last one.
struct Pass {
    std::int64_t number = 0;  // 0: there was none yet
    State state = State::resting;
    bool by_hand = false;       // an administrator asked for it
    bool past_missing = false;  // goes on, however many are missing
    Timestamp started{};
    Timestamp ended{};      // or when it stopped
    FileId last_file = 0;   // looked at
    FileId until_file = 0;  // the newest when it began
    std::uint64_t files = 0, bytes = 0, found = 0, mended = 0;
    bool damage_told = false;  // by an alarm that nothing has mended yet
    bool stop_told = false;
};

struct Candidate {
    FileId file = 0;
    Id stream;
};

struct Damaged {
    FileId file = 0;
    Id stream;
    Damage damage{};
    Timestamp found{};
};

class Scrub {
  public:
    explicit Scrub(database::Connection& connection) : connection_(connection) {}

    [[nodiscard]] Result<Pass> pass();
    [[nodiscard]] Result<> keep(const Pass& pass);
    /// An administrator wants a pass now. Taken back by whoever begins it.
    struct Wish {
        bool past_missing = false;
    };
    [[nodiscard]] Result<> wish(Wish wish);
    [[nodiscard]] Result<std::optional<Wish>> take_wish();
    [[nodiscard]] Result<bool> is_wished();

    /// The newest file; 0: there is none.
    [[nodiscard]] Result<FileId> newest_file();
    /// Up to `limit` files that are to stay, with greater ids than `after`, up to `until`.
    [[nodiscard]] Result<std::vector<Candidate>> files_after(FileId after, FileId until,
                                                             std::size_t limit);
    /// Is it there, and not to be destroyed?
    [[nodiscard]] Result<bool> is_kept(FileId file);

    /// True where that is new.
    [[nodiscard]] Result<bool> note(const Candidate& file, Damage damage, Timestamp now);
    /// It is whole. True where it was damaged.
    [[nodiscard]] Result<bool> clear(FileId file);
    /// Forgets damage of what is there no longer.
    [[nodiscard]] Result<> forget_gone();
    [[nodiscard]] Result<std::vector<Damaged>> damaged(FileId after, std::size_t limit);
    [[nodiscard]] Result<std::uint64_t> damaged_count();

    /// What no alarm has told yet.
    struct Untold {
        std::map<Damage, std::uint64_t> counts;
        std::vector<Id> streams;  // some of them
        Timestamp since{};        // the first was found
    };
    [[nodiscard]] Result<Untold> untold(std::size_t streams_limit);
    [[nodiscard]] Result<> mark_told();

  private:
    database::Connection& connection_;
};

}  // namespace consign::scrub
