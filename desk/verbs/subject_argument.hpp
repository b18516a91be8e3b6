// A person, as an administrator writes it: AUTHORITY/ID.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/catalog/life.hpp"

namespace consign::desk {

inline constexpr std::string_view subject_expected =
    "AUTHORITY/ID, as in HNORD/4711; account:NAME/ID where the message named no authority";

/// The first slash parts the two; nothing where one is empty.
[[nodiscard]] inline std::optional<catalog::Subject> subject_from(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size())
        return std::nullopt;
    return catalog::Subject{.authority = std::string(text.substr(0, slash)),
                            .id = std::string(text.substr(slash + 1))};
}

[[nodiscard]] inline std::string text_of(const catalog::Subject& subject) {
    return subject.authority + "/" + subject.id;
}

}  // namespace consign::desk
