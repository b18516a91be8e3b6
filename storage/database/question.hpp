// One SELECT of somebody else's, in SQL, over tables that this program offers, in a database in
// memory that has nothing but them: nothing else can be read, and nothing changed, whatever the
// text says. Bounded in time, memory and what it answers.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace consign::database {

/// std::monostate: NULL.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;

/// A condition that a question has on a column. Whoever reads a table may leave out the rows that
/// do not meet it; those that are not left out are looked at once more.
struct Restriction {
    enum class Is : std::uint8_t { equal, more, at_least, less, at_most };

    int column = 0;
    Is is = Is::equal;
    Value value;
};

class OfferedTable {
  public:
    struct Column {
        const char* name;
        const char* type;     // INTEGER or TEXT
        const char* meaning;  // for who asks
        /// Few rows have one value of it, and they are read without the others.
        bool is_sought = false;
    };
    class Rows {
      public:
        virtual ~Rows() = default;
        /// True: a row is there to be read. False: there are no more.
        [[nodiscard]] virtual Result<bool> next() = 0;
        /// Of the row that is there. Asked for only where it is needed.
        [[nodiscard]] virtual Result<Value> value(int column) = 0;
    };

    virtual ~OfferedTable() = default;
    [[nodiscard]] virtual const char* name() const = 0;
    [[nodiscard]] virtual std::span<const Column> columns() const = 0;
    /// In the order of the first column, or the other way round. `restrictions` are on columns that
    /// are sought.
    [[nodiscard]] virtual Result<std::unique_ptr<Rows>> open(
        std::span<const Restriction> restrictions, bool descending) = 0;
};

inline constexpr int question_limit_bytes = 4 * 1024;

struct QuestionBounds {
    std::size_t rows = 100'000;
    std::size_t answer_bytes = std::size_t{32} << 20;
    std::size_t working_bytes = std::size_t{256} << 20;
    std::chrono::milliseconds time{10'000};
    std::stop_token stop{};  // asked for: it ends as if its time were over
};

struct QuestionAnswer {
    std::vector<std::string> columns;
    std::vector<std::vector<Value>> rows;
    bool more = false;  // than fit the bounds
};

/// An error is in words for who asked; it may repeat what was asked. `tables` live on for the call.
[[nodiscard]] std::expected<QuestionAnswer, std::string> ask(
    std::string_view sql, std::span<const std::unique_ptr<OfferedTable>> tables,
    const QuestionBounds& bounds);

}  // namespace consign::database
