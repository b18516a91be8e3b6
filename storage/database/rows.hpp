// All rows of a query as values.
#pragma once

#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::database {

template <class Value>
struct ValueOf {
    using type = Value;
};
template <class Value>
struct ValueOf<Result<Value>> {
    using type = Value;
};

/// What `read` makes of each row, in their order. It returns a value, or a Result of one, whose
/// error ends it.
template <class Read>
[[nodiscard]] auto rows_of(Statement query, Read read) {
    using Made = std::invoke_result_t<Read&, const Statement&>;
    using Values = std::vector<typename ValueOf<Made>::type>;
    Values values;
    for (;;) {
        const auto more = query.next();
        if (!more) return Result<Values>(failure(more.error()));
        if (!*more) return Result<Values>(std::move(values));
        Made made = std::invoke(read, std::as_const(query));
        if constexpr (std::is_same_v<Made, typename ValueOf<Made>::type>) {
            values.push_back(std::move(made));
        } else {
            if (!made) return Result<Values>(failure(made.error()));
            values.push_back(*std::move(made));
        }
    }
}

}  // namespace consign::database
