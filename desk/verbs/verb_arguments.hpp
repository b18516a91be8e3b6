// The arguments of an administrator's verb, as JSON: read one by one, checked once at the end.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace consign::desk {

/// Of one answer: how many rows `limit` may ask for, and how many there are without it.
constexpr std::size_t row_limit = 100'000;
constexpr std::size_t default_row_count = 1000;

/// An argument that is missing is nothing; one that is wrong is nothing, too, and complained of. A
/// text is UTF-8. The object must live as long as this does.
class VerbArguments {
  public:
    explicit VerbArguments(const boost::json::object& given) : given_(given) {}

    [[nodiscard]] std::optional<std::string> text(std::string_view name);
    /// RFC 3339.
    [[nodiscard]] std::optional<Timestamp> time(std::string_view name);
    /// A natural number up to `most`.
    [[nodiscard]] std::optional<std::size_t> number(std::string_view name, std::size_t most);
    [[nodiscard]] bool flag(std::string_view name);
    /// A list of texts; empty where it is missing.
    [[nodiscard]] std::set<std::string, std::less<>> texts(std::string_view name);
    /// A text, or a list of them; empty where it is missing.
    [[nodiscard]] std::set<std::string, std::less<>> one_or_more_texts(std::string_view name);
    /// A text that `parse` (text -> optional<T>) takes; `expected` is what to write instead.
    template <class Parse>
    [[nodiscard]] auto parsed(std::string_view name, Parse parse, std::string_view expected)
        -> decltype(parse(std::string_view())) {
        const auto given = text(name);
        if (!given) return std::nullopt;
        auto value = parse(std::string_view(*given));
        if (!value) complain(name, expected);
        return value;
    }
    void complain(std::string_view name, std::string_view expected);

    /// What is wrong first: also an argument that nobody asked for.
    [[nodiscard]] std::optional<std::string> complaint() const;

  private:
    [[nodiscard]] const boost::json::value* take(std::string_view name);

    const boost::json::object& given_;
    std::set<std::string, std::less<>> known_;
    std::optional<std::string> complaint_;
};

}  // namespace consign::desk
