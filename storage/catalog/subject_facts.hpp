// What is known of a subject, as it stands in its sealed cell: docs/formats/database.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "storage/catalog/life.hpp"

namespace consign::catalog {

/// Who said it. What an administrator said is not changed by a message.
enum class Source : std::uint8_t { message = 1, administrator = 2 };

struct SubjectFacts {
    struct Date {
        std::optional<std::chrono::sys_days> day{};
        Source source = Source::message;
        bool operator==(const Date&) const = default;
    };
    std::string authority, id;
    Date born{}, died{};

    /// Takes the dates that `said` has, where nobody of more weight said otherwise: the newest
    /// message wins, and a date that it lacks stays.
    void learn(const Subject& said, Source source);

    bool operator==(const SubjectFacts&) const = default;
};

[[nodiscard]] Bytes to_bytes(const SubjectFacts& facts);
/// Nothing where the bytes are no facts.
[[nodiscard]] std::optional<SubjectFacts> facts_of(ByteView bytes);

}  // namespace consign::catalog
