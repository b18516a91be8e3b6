// What decides how long content is kept, as the catalog knows it: the classes of a file, whom it is
// about, for whom it was, and who has collected it. What follows from that is the policy's.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace consign::catalog {

using NodeId = std::int64_t;
using FileId = std::int64_t;
using LifeId = std::int64_t;

/// A person, by identifier and authority together. A date that is not known is absent.
struct Subject {
    std::string authority, id;
    std::optional<std::chrono::sys_days> born{}, died{};

    bool operator==(const Subject&) const = default;
};

/// A file gets a class. It never loses it: content stays until the longest term of its classes.
struct Classification {
    FileId file = 0;
    std::string name;  // of the class
    std::string rule;  // FILE:LINE that gave it
    Timestamp deposited{};
    std::vector<Subject> subjects{};
    /// The names that it got for those who shall collect it. 0: a recipient elsewhere, or a name
    /// that could not be made; it counts as one that has not collected.
    std::vector<NodeId> recipients{};
};

/// One class of one file, with all that its term may depend on.
struct Life {
    LifeId id = 0;
    FileId file = 0;
    Id stream;
    std::uint64_t size_bytes = 0;
    std::string class_name;
    std::string rule;
    Timestamp deposited{};
    std::optional<Timestamp> last_pickup{};  // all of it, by somebody else than its depositor
    /// When the last of its recipients had collected all of it; nothing while one has not, or where
    /// none is known.
    std::optional<Timestamp> collected_by_all{};
    bool visible = true;  // it has a name
    struct About {
        Subject subject;
        Timestamp last_activity{};  // the last deposit about this subject in this class
    };
    std::vector<About> subjects{};
};

/// How long a hold for proceedings bound content; without an end, it does.
struct Claim {
    Timestamp from{};
    std::optional<Timestamp> to{};
};

struct ClassCount {
    std::string class_name;  // empty: of files that have none
    std::uint64_t files = 0, bytes = 0;

    bool operator==(const ClassCount&) const = default;
};

}  // namespace consign::catalog
