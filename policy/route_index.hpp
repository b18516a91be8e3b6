// Which routes a deposit's content leaves possible, so that a decision does not look at hundreds
// that differ by the value of one field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/content/content.hpp"

namespace consign::policy {

struct Route;

/// Of the field that tells most of the routes apart. It only leaves out routes that cannot match;
/// whether one does, mismatch() says. An immutable value; by default it knows no route.
class RouteIndex {
  public:
    using Position = std::uint32_t;  // in the routes that it was made of

    RouteIndex() = default;
    explicit RouteIndex(const std::vector<Route>& routes);

    /// How many routes it was made of.
    [[nodiscard]] std::size_t size() const { return size_; }
    /// In the order of the routes, each once.
    [[nodiscard]] std::vector<Position> possible(const content::Content& content) const;

  private:
    std::size_t size_ = 0;
    std::optional<content::FieldName> field_;  // absent: every route is among `others_`
    /// By the first component of a value, in lower case.
    std::unordered_map<std::string, std::vector<Position>> by_value_;
    std::vector<Position> others_;  // which do not ask for the field, or not for plain values
};

}  // namespace consign::policy
