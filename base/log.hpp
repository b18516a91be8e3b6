// One line a fact, to standard error. What a line may carry is decided by the types: numbers, ids,
// error codes and text that stood in the source when it was compiled. A file's or a person's name,
// a path or a secret is a run-time string, and so has no way in.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <system_error>
#include <variant>

#include "base/id.hpp"

namespace consign {

/// Text known at compile time.
class Literal {
  public:
    template <std::size_t Size>
    consteval Literal(const char (&text)[Size]) : text_(text, Size - 1) {}
    [[nodiscard]] constexpr std::string_view view() const { return text_; }

  private:
    std::string_view text_;
};

struct LogField {
    using Value = std::variant<std::int64_t, std::uint64_t, bool, Id, std::error_code, Literal>;

    template <std::integral Integer>
    LogField(Literal name, Integer number) : key(name), value(widen(number)) {}
    LogField(Literal name, Id id) : key(name), value(id) {}
    LogField(Literal name, std::error_code code) : key(name), value(code) {}
    LogField(Literal name, Literal text) : key(name), value(text) {}

    Literal key;
    Value value;

  private:
    template <std::integral Integer>
    static Value widen(Integer number) {
        if constexpr (std::same_as<Integer, bool>)
            return number;
        else if constexpr (std::signed_integral<Integer>)
            return std::int64_t{number};
        else
            return std::uint64_t{number};
    }
};

class Log {
  public:
    enum class Format { text, json };  // text carries journald's <priority> prefix
    enum class Level : std::uint8_t {
        error = 3,
        warning = 4,
        info = 6,
        debug = 7
    };  // as in syslog(3)

    explicit Log(Format format = Format::text, Level least = Level::info, int descriptor = 2)
        : format_(format), least_(least), descriptor_(descriptor) {}

    /// One write(2) a line; may be called from any thread. A line that cannot be written is lost.
    void error(Literal what, std::initializer_list<LogField> fields = {}) const {
        write(Level::error, what, fields);
    }
    void warning(Literal what, std::initializer_list<LogField> fields = {}) const {
        write(Level::warning, what, fields);
    }
    void info(Literal what, std::initializer_list<LogField> fields = {}) const {
        write(Level::info, what, fields);
    }
    void debug(Literal what, std::initializer_list<LogField> fields = {}) const {
        write(Level::debug, what, fields);
    }

  private:
    void write(Level level, Literal what, std::initializer_list<LogField> fields) const;

    Format format_;
    Level least_;
    int descriptor_;
};

}  // namespace consign
