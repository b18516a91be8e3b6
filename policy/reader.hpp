// How the policy's values are read: each mistake is told where it stands. A mapping is read by a
// table of its keys; whatever is not in the table is a mistake, and none ends the reading.
//
// The same functions tell what the language is: run against nothing (Reader::describe), they record
// what each place would take.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "policy/language/problem.hpp"
#include "policy/language/yaml.hpp"
#include "policy/policy.hpp"
#include "policy/shape.hpp"

namespace consign::policy {

using ReadNode = std::function<void(const yaml::Node&)>;
using ReadEntry = std::function<void(const yaml::Entry&)>;

struct Located {
    std::string file;
    Place place;
};

/// A row of a mapping's table. `about`: one sentence, for editors and for people.
struct Key {
    enum class Kind : std::uint8_t {
        optional,
        required,
        alternative,  // exactly one of a mapping's alternatives is there
        misplaced     // of the language, and not of this mapping as it stands
    };
    std::string_view name;
    Kind kind = Kind::optional;
    std::string_view about;
    ReadNode read;
    std::string_view by_default = {};  // for editors: as JSON, or a text
    std::string_view owner = {};       // of a misplaced one: "an ftps listener"
};
[[nodiscard]] Key optional(std::string_view name, std::string_view about, ReadNode read,
                           std::string_view by_default = {});
[[nodiscard]] Key required(std::string_view name, std::string_view about, ReadNode read);
[[nodiscard]] Key alternative(std::string_view name, std::string_view about, ReadNode read);
[[nodiscard]] Key misplaced(std::string_view name, std::string_view owner);

/// Of one file, on one thread. What it reads is nothing where a mistake was told.
class Reader {
  public:
    static constexpr std::size_t text_limit_bytes = 8192;

    /// `awaited`: words of the language, as keys or choices, that are not carried out; each is
    /// warned of once. It outlives the reader.
    Reader(std::string file, Problems& problems, std::span<const std::string_view> awaited = {});
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    /// What `read` would take. All that it is handed is nothing; what it reads is dropped.
    [[nodiscard]] static Shape describe(
        const std::function<void(const Reader&, const yaml::Node&)>& read);
    /// Does it record, and read nothing? For what one reading of a file cannot show.
    [[nodiscard]] bool is_describing() const { return recording_ != nullptr; }

    /// Told so far, of all files: has what was just read a mistake?
    [[nodiscard]] std::size_t errors() const {
        return problems_ == nullptr ? 0 : problems_->errors();
    }

    void error(Place at, std::string message) const;
    void warning(Place at, std::string message) const;
    /// No excerpt of a problem shows this node: it may be a secret.
    void withhold(const yaml::Node& node) const;
    [[nodiscard]] Rule rule(Place at) const { return {file_, at.line}; }
    [[nodiscard]] Located located(Place at) const { return {file_, at}; }
    [[nodiscard]] const std::string& file() const { return file_; }

    /// Says once for a file that a word of the language is not carried out, where it is awaited.
    void tell_awaited(std::string_view word, Place at) const;

    /// `owner`: where a key that is missing is told; the mapping's own place where absent.
    void mapping(const yaml::Node& node, std::initializer_list<Key> keys,
                 std::optional<Place> owner = {}) const;
    /// A mapping whose keys are names that the administrator gives; `form`: theirs, for editors.
    void named(const yaml::Node& node, const ReadEntry& read,
               std::string_view form = text_form::name) const;
    /// Each item of a list, at most `limit` of them. `if_empty`: what is told of an empty list,
    /// where one is a mistake.
    void items(const yaml::Node& node, std::size_t limit, const ReadNode& read,
               std::string_view if_empty = {}) const;
    /// The same, and one item may stand without a list around it.
    void one_or_items(const yaml::Node& node, std::size_t limit, const ReadNode& read,
                      std::string_view if_empty = {}) const;

    /// `form`: for editors, as the next ones.
    [[nodiscard]] std::optional<std::string> text(const yaml::Node& node,
                                                  std::string_view form = text_form::any) const;
    /// As text(), and no message ever quotes it.
    [[nodiscard]] std::optional<std::string> secret(const yaml::Node& node,
                                                    std::string_view form = text_form::any) const;
    /// A text that `parse` makes a value of, or says what is wrong with it.
    template <class Parse>
    [[nodiscard]] auto parsed(const yaml::Node& node, std::string_view form,
                              const Parse& parse) const
        -> std::optional<
            typename std::invoke_result_t<const Parse&, std::string_view>::value_type> {
        const auto written = text(node, form);
        if (!written) return std::nullopt;
        auto value = parse(std::string_view(*written));
        if (value) return std::move(*value);
        error(node.place, value.error());
        return std::nullopt;
    }
    [[nodiscard]] std::optional<bool> boolean(const yaml::Node& node) const;
    [[nodiscard]] std::optional<std::uint64_t> count(const yaml::Node& node, std::uint64_t least,
                                                     std::uint64_t most) const;
    [[nodiscard]] std::optional<std::chrono::seconds> duration(const yaml::Node& node,
                                                               std::chrono::seconds most) const;
    [[nodiscard]] std::optional<std::chrono::sys_days> date(const yaml::Node& node) const;
    /// Its index among `names`.
    [[nodiscard]] std::optional<std::size_t> choice(const yaml::Node& node,
                                                    std::span<const std::string_view> names) const;
    [[nodiscard]] std::optional<VirtualPath> path(const yaml::Node& node) const;
    /// Of an account, a route, ...: [a-z0-9][a-z0-9._-]*, at most 64 bytes.
    [[nodiscard]] bool is_name(std::string_view name, Place at) const;
    [[nodiscard]] std::optional<std::string> name(const yaml::Node& node) const;
    /// `version: 1`.
    void version(const yaml::Node& node) const;

    /// A row's reading into a field, which stays as it is where there is a mistake.
    [[nodiscard]] ReadNode text_into(std::string& field,
                                     std::string_view form = text_form::any) const;
    [[nodiscard]] ReadNode name_into(std::string& field) const;
    [[nodiscard]] ReadNode boolean_into(bool& field) const;
    [[nodiscard]] ReadNode size_into(std::optional<std::uint64_t>& field) const;
    [[nodiscard]] ReadNode rate_into(std::optional<std::uint64_t>& field) const;
    [[nodiscard]] ReadNode count_into(std::size_t& field, std::size_t most) const;
    [[nodiscard]] ReadNode duration_into(std::chrono::seconds& field,
                                         std::chrono::seconds most) const;
    template <class Field, class Parse>
    [[nodiscard]] ReadNode parsed_into(Field& field, std::string_view form, Parse parse) const {
        return [this, &field, form, parse](const yaml::Node& node) {
            if (auto value = parsed(node, form, parse)) field = std::move(*value);
        };
    }
    /// `names` in the order of the enumeration; they outlive the row.
    template <class Choice>
    [[nodiscard]] ReadNode choice_into(Choice& field,
                                       std::span<const std::string_view> names) const {
        return [this, &field, names](const yaml::Node& node) {
            if (const auto index = choice(node, names)) field = static_cast<Choice>(*index);
        };
    }

  private:
    class Recording;
    explicit Reader(std::unique_ptr<Recording> recording);

    void wrong_kind(const yaml::Node& node, std::string_view expected,
                    bool is_secret = false) const;
    [[nodiscard]] bool is_scalar(const yaml::Node& node, std::string_view expected,
                                 bool is_secret = false) const;
    void unknown_key(const yaml::Entry& entry, std::initializer_list<Key> keys) const;
    void missing_keys(const yaml::Node& node, std::initializer_list<Key> keys, Place owner) const;

    std::string file_;
    Problems* problems_ = nullptr;  // null: describing
    std::span<const std::string_view> awaited_;
    std::unique_ptr<Recording> recording_;  // null: reading
    mutable std::set<std::string_view> awaited_told_;
};

}  // namespace consign::policy
