#include "base/log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <iterator>

#include "base/clock.hpp"

namespace consign {

namespace {

/// Literals and error codes' own messages need no escaping beyond these two bytes.
void append_quoted(fmt::memory_buffer& line, std::string_view text) {
    line.push_back('"');
    for (const char byte : text) {
        if (byte == '"' || byte == '\\') line.push_back('\\');
        line.push_back(byte);
    }
    line.push_back('"');
}

void append_value(fmt::memory_buffer& line, const LogField::Value& value) {
    const auto out = std::back_inserter(line);
    std::visit(
        [&](const auto& held) {
            using Held = std::decay_t<decltype(held)>;
            if constexpr (std::same_as<Held, Id>)
                append_quoted(line, held.hex());
            else if constexpr (std::same_as<Held, Literal>)
                append_quoted(line, held.view());
            else if constexpr (std::same_as<Held, std::error_code>)
                append_quoted(line, fmt::format("{}:{} {}", held.category().name(), held.value(),
                                                held.message()));
            else
                fmt::format_to(out, "{}", held);
        },
        value);
}

}  // namespace

void Log::write(Level level, Literal what, std::initializer_list<LogField> fields) const {
    if (level > least_) return;
    fmt::memory_buffer line;
    const auto out = std::back_inserter(line);
    const int priority = static_cast<int>(level);
    if (format_ == Format::json) {
        const auto now = SystemClock().now();
        const auto second = std::chrono::floor<std::chrono::seconds>(now);
        fmt::format_to(out, "{{\"time\":\"{:%FT%T}.{:06}Z\",\"priority\":{},\"message\":", second,
                       (now - second).count(), priority);
        append_quoted(line, what.view());
    } else {
        fmt::format_to(out, "<{}>{}", priority, what.view());
    }
    for (const LogField& field : fields) {
        if (format_ == Format::json)
            fmt::format_to(out, ",\"{}\":", field.key.view());
        else
            fmt::format_to(out, " {}=", field.key.view());
        append_value(line, field.value);
    }
    if (format_ == Format::json) line.push_back('}');
    line.push_back('\n');
    // Nobody is left to tell where standard error itself fails.
    [[maybe_unused]] const auto written = ::write(descriptor_, line.data(), line.size());
}

}  // namespace consign
