#include "storage/ledger/forgotten_words.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "storage/keyring/keyring.hpp"

namespace consign::ledger {

namespace {

constexpr std::string_view traces_begin = "the content of these files is gone:";
constexpr std::string_view access_begin = "the access of ";
constexpr std::string_view access_middle = ", with its key: ";

/// Takes words off the front of a text, each exactly as it was written.
class Words {
  public:
    explicit Words(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool take(std::string_view word) {
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    [[nodiscard]] std::optional<std::uint64_t> number() {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (error != std::errc()) return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return value;
    }
    [[nodiscard]] std::optional<std::string> month() {
        std::string text(rest_.substr(0, std::string_view("2026-11").size()));
        const auto named = keyring::month_named(text);
        if (!named || keyring::period_text(*named) != text) return std::nullopt;
        rest_.remove_prefix(text.size());
        return text;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

ForgottenWords traces_in(Words words) {
    ForgottenWords told;
    for (std::string_view before = " ";; before = ", ") {
        if (!words.take(before)) return {};
        const auto rows = words.number();
        if (!rows || !words.take(" of ")) return {};
        const auto month = words.month();
        if (!month) return {};
        told.traces[*month] += *rows;
        if (words.at_end()) return told;
    }
}

ForgottenWords access_in(Words words) {
    const auto month = words.month();
    if (!month || !words.take(access_middle)) return {};
    const auto events = words.number();
    if (!events || !words.take(" events, ") || !words.number() || !words.take(" sessions") ||
        !words.at_end())
        return {};
    return {.access = {{*month, *events}}};
}

}  // namespace

std::string traces_forgotten(const RowsByMonth& rows) {
    std::string words(traces_begin);
    const char* separator = " ";
    for (const auto& [month, count] : rows) {
        words += fmt::format("{}{} of {}", separator, count, month);
        separator = ", ";
    }
    return words;
}

std::string access_forgotten(std::string_view month, std::uint64_t events, std::uint64_t sessions) {
    return fmt::format("{}{}{}{} events, {} sessions", access_begin, month, access_middle, events,
                       sessions);
}

std::string traces_key_forgotten(std::string_view month) {
    return fmt::format("the last of the events about files of {}, with their key", month);
}

ForgottenWords forgotten_words_in(std::string_view detail) {
    Words words(detail);
    if (words.take(traces_begin)) return traces_in(words);
    if (words.take(access_begin)) return access_in(words);
    return {};
}

}  // namespace consign::ledger
