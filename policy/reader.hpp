// Reads typed values out of a document's tree, and tells every mistake where it stands. A mapping
// is read by a table of its keys; whatever is not in the table is a mistake, and none ends the
// reading.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "policy/policy.hpp"
#include "policy/problem.hpp"
#include "policy/yaml.hpp"

namespace consign::policy {

using ReadNode = std::function<void(const yaml::Node&)>;
using ReadEntry = std::function<void(const yaml::Entry&)>;

/// A row of a mapping's table.
struct Key {
    enum class Kind : std::uint8_t {
        optional,
        required,
        later,     // of the language, and not carried out by this version
        misplaced  // of the language, and not of this mapping as it stands
    };
    std::string_view name;
    Kind kind = Kind::optional;
    ReadNode read;
    std::string_view owner = {};  // of a misplaced one: "an ftps listener"
};
[[nodiscard]] Key optional(std::string_view name, ReadNode read);
[[nodiscard]] Key required(std::string_view name, ReadNode read);
[[nodiscard]] Key later(std::string_view name);
[[nodiscard]] Key misplaced(std::string_view name, std::string_view owner);

/// Of one file. What it reads is nothing where a mistake was told.
class Reader {
  public:
    static constexpr std::size_t text_limit_bytes = 8192;

    Reader(std::string file, Problems& problems) : file_(std::move(file)), problems_(problems) {}

    void error(Place at, std::string message) const;
    void warning(Place at, std::string message) const;
    [[nodiscard]] Rule rule(Place at) const { return {file_, at.line}; }
    [[nodiscard]] const std::string& file() const { return file_; }

    /// `owner`: where a required key that is missing is told; the mapping's own place where absent.
    void mapping(const yaml::Node& node, std::initializer_list<Key> keys,
                 std::optional<Place> owner = {}) const;
    /// A mapping whose keys are names that the administrator gives.
    void named(const yaml::Node& node, const ReadEntry& read) const;
    /// Each item of a list, at most `limit` of them.
    void items(const yaml::Node& node, std::size_t limit, const ReadNode& read) const;

    [[nodiscard]] std::optional<std::string> text(const yaml::Node& node) const;
    /// As text(), and no message ever quotes it.
    [[nodiscard]] std::optional<std::string> secret(const yaml::Node& node) const;
    [[nodiscard]] std::optional<bool> boolean(const yaml::Node& node) const;
    [[nodiscard]] std::optional<std::uint64_t> count(const yaml::Node& node, std::uint64_t least,
                                                     std::uint64_t most) const;
    [[nodiscard]] std::optional<std::uint64_t> size(const yaml::Node& node) const;
    [[nodiscard]] std::optional<std::chrono::seconds> duration(const yaml::Node& node,
                                                               std::chrono::seconds most) const;
    [[nodiscard]] std::optional<std::chrono::sys_days> date(const yaml::Node& node) const;
    /// Its index among `names`. `later_names` are of the language, and not carried out yet.
    [[nodiscard]] std::optional<std::size_t> choice(
        const yaml::Node& node, std::span<const std::string_view> names,
        std::span<const std::string_view> later_names = {}) const;
    [[nodiscard]] std::optional<VirtualPath> path(const yaml::Node& node) const;
    /// Of an account, a group or a route: [a-z0-9][a-z0-9._-]*, at most 64 bytes.
    [[nodiscard]] bool is_name(std::string_view name, Place at) const;
    /// `version: 1`.
    void version(const yaml::Node& node) const;

    /// A row's reading of text into a field.
    [[nodiscard]] ReadNode text_into(std::string& field) const;
    [[nodiscard]] ReadNode size_into(std::optional<std::uint64_t>& field) const;
    [[nodiscard]] ReadNode count_into(std::size_t& field, std::size_t most) const;
    [[nodiscard]] ReadNode duration_into(std::chrono::seconds& field,
                                         std::chrono::seconds most) const;

  private:
    void wrong_kind(const yaml::Node& node, std::string_view expected,
                    bool is_secret = false) const;
    [[nodiscard]] bool is_scalar(const yaml::Node& node, std::string_view expected,
                                 bool is_secret = false) const;
    void unknown_key(const yaml::Entry& entry, std::initializer_list<Key> keys) const;

    std::string file_;
    Problems& problems_;
};

}  // namespace consign::policy
