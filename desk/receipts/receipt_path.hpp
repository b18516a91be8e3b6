// The paths below `/.receipts` of an account's home: a folder for each day (UTC), in it a receipt
// and its signature. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/virtual_path.hpp"

namespace consign::desk {

inline constexpr std::string_view receipts_readme_name = "README.txt";
inline constexpr std::string_view receipts_signers_name = "allowed_signers";
inline constexpr std::string_view receipt_suffix = ".json";
inline constexpr std::string_view receipt_signature_suffix = ".json.sig";

struct ReceiptPath {
    enum class Kind : std::uint8_t { top, readme, signers, day, text, signature, nothing };
    Kind kind = Kind::nothing;
    std::chrono::sys_days day{};
    std::string id{};  // of the receipt; whether there is one, and whose, is not known

    [[nodiscard]] bool is_folder() const { return kind == Kind::top || kind == Kind::day; }
};

/// `path` is relative to the home. Nothing where it lies elsewhere; Kind::nothing where it can name
/// nothing.
[[nodiscard]] std::optional<ReceiptPath> receipt_path(const VirtualPath& path);

/// "2026-11-24"
[[nodiscard]] std::string receipt_day_name(std::chrono::sys_days day);

}  // namespace consign::desk
