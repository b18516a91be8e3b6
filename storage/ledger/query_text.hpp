// The text of a SELECT whose conditions depend on which filters are given. What varies is which of
// the source's own literals are in it; values are bound, never written into it.
#pragma once

#include <string>
#include <utility>

#include "base/log.hpp"

namespace consign::ledger {

class QueryText {
  public:
    explicit QueryText(Literal select) : text_(select.view()) {}

    QueryText& where(bool given, Literal condition) {
        if (!given) return *this;
        text_ += std::exchange(first_, false) ? " WHERE " : " AND ";
        text_ += condition.view();
        return *this;
    }
    [[nodiscard]] std::string then(Literal rest) const { return text_ + std::string(rest.view()); }

  private:
    std::string text_;
    bool first_ = true;
};

}  // namespace consign::ledger
