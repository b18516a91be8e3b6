#include "policy/content/hl7.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "policy/content/message_date.hpp"
#include "policy/content/message_dictionary.hpp"
#include "policy/content/parties.hpp"
#include "policy/content/segment.hpp"
#include "policy/content/text_pieces.hpp"

namespace consign::policy::content {

namespace {

constexpr std::size_t name_length = 3;

/// The segments that begin with their delimiters, so that what follows their name is field 1.
bool is_header(std::string_view name) {
    return name == "MSH" || name == "FHS" || name == "BHS";
}

/// Delimiters of a header; nothing where `segment` is none.
std::optional<Delimiters> header_delimiters(std::string_view segment) {
    if (!is_header(segment.substr(0, name_length))) return std::nullopt;
    return delimiters_of(segment, name_length);
}

/// Field `number` of a segment, raw.
std::string_view field(std::string_view segment, std::size_t number, const Delimiters& delimiters) {
    const bool counts_delimiter = is_header(segment_name(segment, delimiters));
    return part(segment, delimiters.field, counts_delimiter ? number : number + 1);
}

/// MSH-18 of the first message, where it names a set whose bytes could be taken for another one.
std::optional<Charset> declared_charset(const std::vector<std::string_view>& segments) {
    for (const std::string_view segment : segments) {
        const auto delimiters = header_delimiters(segment);
        if (!delimiters || !segment.starts_with("MSH")) continue;
        const std::string_view name =
            trimmed(repetitions(field(segment, 18, *delimiters), *delimiters).front());
        if (name == "8859/1") return Charset::windows_1252;
        if (name == "8859/15") return Charset::iso_8859_15;
        return std::nullopt;
    }
    return std::nullopt;
}

class Hl7Reader {
  public:
    /// The first segment is a header.
    Content read(const std::vector<std::string_view>& segments) {
        for (const std::string_view segment : segments) {
            if (const auto delimiters = header_delimiters(segment)) {
                delimiters_ = *delimiters;
                header(segment);
            } else {
                body(segment);
            }
        }
        parties_.move_into(content_);
        return std::move(content_);
    }

  private:
    void header(std::string_view segment) {
        const std::string_view name = segment.substr(0, name_length);
        if (seen_.empty()) content_.is_batch = name != "MSH";
        if (name == "MSH") ++messages_;
        for (const std::string_view facility :
             repetitions(field(segment, 4, delimiters_), delimiters_))
            for (const unsigned number : {1U, 2U})
                parties_.add_sender(
                    plain(trimmed(component(facility, number, delimiters_)), delimiters_));
        if (messages_ > 1 || !seen_.insert(name).second) return;
        const std::size_t encoding_end = segment.find(delimiters_.field, name_length + 1);
        const std::size_t end = std::min(encoding_end, segment.size());
        add(name, 1, segment.substr(name_length, 1));
        add(name, 2, segment.substr(name_length + 1, end - name_length - 1));
        // Left out for add_fields, which would split the encoding characters as if they were a
        // value.
        const std::string rest = fmt::format("{}{}", name, segment.substr(end));
        add_fields(content_, Dictionary::hl7, rest, delimiters_, 3);
    }

    void body(std::string_view segment) {
        // A header whose delimiters nobody can read, or one behind a frame: some receiver may read
        // it all the same, as from whomever it likes.
        if (is_header(segment.substr(0, name_length)) || segment.contains("\x0bMSH") ||
            segment.contains("\x1cMSH"))
            parties_.add_unreadable_header();
        const std::string_view name = segment_name(segment, delimiters_);
        if (name == "PID") parties_.add_subject(subject(segment));
        if (messages_ != 1 || std::ranges::find(hl7_segments(), name) == hl7_segments().end())
            return;
        if (seen_.insert(name).second)
            add_fields(content_, Dictionary::hl7, segment, delimiters_, 1);
    }

    void add(std::string_view segment, unsigned number, std::string_view value) {
        content_.fields.push_back(
            {.name = FieldName::canonical(Dictionary::hl7, fmt::format("{}-{}", segment, number)),
             .value = std::string(value)});
    }

    /// PID-3 lists identifiers: the first that has an id.
    Subject subject(std::string_view pid) const {
        Subject subject;
        for (const std::string_view each : repetitions(field(pid, 3, delimiters_), delimiters_)) {
            subject.id = plain(trimmed(component(each, 1, delimiters_)), delimiters_);
            if (subject.id.empty()) continue;
            subject.authority = authority(component(each, 4, delimiters_));
            break;
        }
        subject.born = date(pid, 7);
        const std::string death_indicator =
            plain(trimmed(field(pid, 30, delimiters_)), delimiters_);
        if (death_indicator != "N") subject.died = date(pid, 29);
        return subject;
    }

    /// The first part of PID-3.4 that is there: a name, else an OID.
    std::string authority(std::string_view assigning) const {
        if (delimiters_.subcomponent == 0) return plain(assigning, delimiters_);
        for (const std::string_view each : split(assigning, delimiters_.subcomponent))
            if (std::string text = plain(trimmed(each), delimiters_); !text.empty()) return text;
        return {};
    }

    std::optional<std::chrono::sys_days> date(std::string_view pid, std::size_t number) const {
        const std::string_view value =
            repetitions(field(pid, number, delimiters_), delimiters_).front();
        return parse_message_date(component(value, 1, delimiters_));
    }

    Content content_{.format = Format::hl7};
    Parties parties_;
    Delimiters delimiters_;
    std::size_t messages_ = 0;
    std::set<std::string_view> seen_;  // segments of the first message whose fields are there
};

}  // namespace

std::optional<Content> read_hl7(const Head& head) {
    const auto segments = segments_of(head.text);
    if (segments.empty()) return std::nullopt;
    const auto delimiters = header_delimiters(segments.front());
    if (!delimiters) return std::nullopt;
    // Where the head is cut within the delimiters, more bytes could show that they are none.
    const bool is_cut =
        segments.size() == 1 &&
        segments.front().find(delimiters->field, name_length + 1) == std::string_view::npos;
    if (is_cut) return std::nullopt;

    const auto declared = declared_charset(segments);
    if (!declared || charset_of_mark(head.bytes)) return Hl7Reader().read(segments);
    const std::string text = to_utf8(head.bytes, *declared);
    return Hl7Reader().read(segments_of(text));
}

}  // namespace consign::policy::content
