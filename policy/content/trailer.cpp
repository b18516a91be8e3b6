#include "policy/content/trailer.hpp"

#include <algorithm>
#include <charconv>

#include "policy/content/text_pieces.hpp"

namespace consign::policy::content {

namespace {

constexpr std::size_t pdf_trailer_within_bytes = 1024;

/// The segment's name: what stands before the first byte that is no letter or digit.
std::string_view name_in(std::string_view line) {
    const auto* const end =
        std::ranges::find_if_not(line, [](char byte) { return is_letter(byte) || is_digit(byte); });
    return line.substr(0, static_cast<std::size_t>(end - line.begin()));
}

/// Field 1 of a trailer: a count, or empty.
std::string_view first_field(std::string_view line) {
    const std::string_view name = name_in(line);
    if (name.size() == line.size()) return {};
    const char delimiter = line[name.size()];
    return trimmed(part(line.substr(name.size() + 1), delimiter, 1));
}

bool counts(std::string_view told, std::uint64_t counted) {
    std::uint64_t number = 0;
    const char* const end = told.data() + told.size();
    const auto [stop, error] = std::from_chars(told.data(), end, number);
    return error == std::errc() && stop == end && number == counted;
}

}  // namespace

bool LineBeginnings::add(std::uint8_t byte) {
    const std::uint64_t position = position_++;
    if (position == 0) first_ = byte;
    if (position == 1 && first_ == 0xff && byte == 0xfe) width_ = Width::little_endian;
    if (position == 1 && first_ == 0xfe && byte == 0xff) width_ = Width::big_endian;
    if (width_ == Width::bytes) {
        constexpr std::string_view mark = "\xef\xbb\xbf";
        const bool is_mark =
            position < mark.size() && byte == static_cast<std::uint8_t>(mark[position]);
        return !is_mark && add_character(0, byte);
    }
    if (position == 1) {
        line_.clear();  // the mark's first byte is in it
        return false;
    }
    if (position % 2 == 0) {
        first_ = byte;
        return false;
    }
    return width_ == Width::big_endian ? add_character(first_, byte) : add_character(byte, first_);
}

bool LineBeginnings::add_character(std::uint8_t high, std::uint8_t low) {
    const bool is_ascii = high == 0 && low < 0x80;
    if (is_ascii && (low == '\r' || low == '\n')) return !line_.empty();
    const bool is_blank = is_ascii && (low <= ' ' || low == 0x7f);
    if (line_.size() < kept_bytes && !(is_blank && line_.empty()))
        line_.push_back(is_ascii ? static_cast<char>(low) : '?');
    return false;
}

std::string_view LineBeginnings::line() const {
    return trimmed(line_);
}

void BatchTrailer::add(ByteView bytes) {
    for (const std::uint8_t byte : bytes) {
        if (!lines_.add(byte)) continue;
        read_line(lines_.line());
        lines_.next_line();
    }
}

void BatchTrailer::read_line(std::string_view line) {
    const std::string_view name = name_in(line);
    if (first_.empty()) first_ = name;
    last_ = name;
    if (name == "MSH") {
        ++messages_;
        ++messages_of_file_;
    } else if (name == "BHS") {
        ++batches_;
        messages_ = 0;
    } else if (name == "BTS" || name == "FTS") {
        const std::string_view told = first_field(line);
        // Messages right in a file, without batches, are what its trailer counts; or they are one.
        const bool is_right = name == "BTS"  ? counts(told, messages_)
                              : batches_ > 0 ? counts(told, batches_)
                                             : counts(told, messages_of_file_) || counts(told, 1);
        if (!told.empty() && !is_right) counts_are_right_ = false;
    }
}

bool BatchTrailer::has_ended() const {
    BatchTrailer whole = *this;
    if (!lines_.line().empty()) whole.read_line(lines_.line());
    const std::string_view needed = whole.first_ == "FHS" ? "FTS" : "BTS";
    return whole.last_ == needed && whole.counts_are_right_;
}

void HprimTrailer::add(ByteView bytes) {
    for (const std::uint8_t byte : bytes) {
        if (!lines_.add(byte)) continue;
        last_ = lines_.line();
        lines_.next_line();
    }
}

bool HprimTrailer::has_ended() const {
    const std::string_view last = lines_.line().empty() ? std::string_view(last_) : lines_.line();
    return kind_ == Kind::sante ? name_in(last) == "L" : last == "****FINFICHIER****";
}

void PdfTrailer::add(ByteView bytes) {
    if (bytes.size() > pdf_trailer_within_bytes) bytes = bytes.last(pdf_trailer_within_bytes);
    tail_.append(as_text(bytes));
    if (tail_.size() > 2 * pdf_trailer_within_bytes)
        tail_.erase(0, tail_.size() - pdf_trailer_within_bytes);
}

bool PdfTrailer::has_ended() const {
    const std::size_t kept = std::min(tail_.size(), pdf_trailer_within_bytes);
    return std::string_view(tail_).substr(tail_.size() - kept).contains("%%EOF");
}

}  // namespace consign::policy::content
