#include "policy/content/hprim_sante.hpp"

#include <algorithm>
#include <set>

#include "policy/content/message_date.hpp"
#include "policy/content/message_dictionary.hpp"
#include "policy/content/parties.hpp"
#include "policy/content/segment.hpp"
#include "policy/content/text_pieces.hpp"

namespace consign::policy::content {

namespace {

constexpr std::size_t delimiter_count = 5;  // H.2, the one of fields included
constexpr std::size_t context_letters = 3;  // ADM, ORM, ORU, REG, FAC, ERR, ...

/// Field `number`, raw; the segment's name is field 1.
std::string_view field(std::string_view segment, std::size_t number, const Delimiters& delimiters) {
    return part(segment, delimiters.field, number);
}

/// Of the H segment, whose delimiters come in HL7's order: field, component, repetition, escape,
/// subcomponent. All five, and a context: ASTM E1394, a protocol of analysers, has an H segment
/// too, with four.
std::optional<Delimiters> header_delimiters(std::string_view segment) {
    if (!segment.starts_with('H')) return std::nullopt;
    const auto delimiters = delimiters_of(segment, 1);
    if (!delimiters || segment.find(delimiters->field, 2) != 1 + delimiter_count)
        return std::nullopt;
    const std::string_view context = component(field(segment, 7, *delimiters), 1, *delimiters);
    const bool names_context =
        context.size() == context_letters &&
        std::ranges::all_of(context, [](char letter) { return letter >= 'A' && letter <= 'Z'; });
    return names_context ? delimiters : std::nullopt;
}

/// A segment A goes on where the one before it had to end (a segment has at most 220 characters).
std::vector<std::string> joined(const std::vector<std::string_view>& segments, char delimiter) {
    std::vector<std::string> whole;
    for (const std::string_view segment : segments) {
        const bool goes_on = segment.size() > 1 && segment[0] == 'A' && segment[1] == delimiter;
        if (goes_on && !whole.empty())
            whole.back() += segment.substr(2);
        else
            whole.emplace_back(segment);
    }
    return whole;
}

class HprimReader {
  public:
    explicit HprimReader(const Delimiters& delimiters) : delimiters_(delimiters) {}

    Content read(const std::vector<std::string>& segments) {
        for (const std::string& segment : segments) {
            if (segment[0] == 'H' && header_delimiters(segment))
                header(segment);
            else
                body(segment);
        }
        parties_.move_into(content_);
        return std::move(content_);
    }

  private:
    void header(std::string_view segment) {
        delimiters_ = header_delimiters(segment).value();
        const std::string_view sender = field(segment, 5, delimiters_);
        for (const unsigned number : {1U, 2U})
            parties_.add_sender(
                plain(trimmed(component(sender, number, delimiters_)), delimiters_));
        content_.is_batch = ++messages_ > 1;
        if (messages_ > 1) return;
        add("H-2", segment.substr(1, delimiter_count));
        add_segment(segment);
        std::erase_if(content_.fields,
                      [](const Field& each) { return each.name.field() == "H-4"; });
    }

    void body(std::string_view segment) {
        const std::string_view name = segment_name(segment, delimiters_);
        // A header all the same, which some receiver may read.
        if (name == "H" || (segment[0] == 'H' && delimiters_of(segment, 1)))
            parties_.add_unreadable_header();
        if (name == "P") parties_.add_subject(subject(segment));
        const bool is_read =
            name != "H" && std::ranges::find(hprim_segments(), name) != hprim_segments().end();
        if (messages_ == 1 && is_read && seen_.insert(std::string(name)).second)
            add_segment(segment);
    }

    void add_segment(std::string_view segment) {
        if (!segment.starts_with('H')) {
            add_fields(content_, Dictionary::hprim, segment, delimiters_, 2);
            return;
        }
        const std::string rest = "H" + std::string(segment.substr(1 + delimiter_count));
        add_fields(content_, Dictionary::hprim, rest, delimiters_, 3);
    }

    void add(std::string_view name, std::string_view value) {
        content_.fields.push_back(
            {.name = FieldName::canonical(Dictionary::hprim, std::string(name)),
             .value = std::string(value)});
    }

    Subject subject(std::string_view patient) const {
        const auto text = [&](std::size_t number) {
            const auto each = repetitions(field(patient, number, delimiters_), delimiters_);
            return plain(trimmed(component(each.front(), 1, delimiters_)), delimiters_);
        };
        return {.id = text(3),
                .authority = {},
                .born = parse_message_date(text(8)),
                .died = parse_message_date(text(34))};
    }

    Content content_{.format = Format::hprim_sante};
    Parties parties_;
    Delimiters delimiters_;
    std::size_t messages_ = 0;
    std::set<std::string, std::less<>> seen_;
};

}  // namespace

std::optional<Content> read_hprim_sante(const Head& head) {
    const auto segments = segments_of(head.text);
    if (segments.empty() || !segments.front().starts_with('H')) return std::nullopt;
    const auto beginning = delimiters_of(segments.front(), 1);
    if (!beginning) return std::nullopt;
    const auto whole = joined(segments, beginning->field);
    const auto delimiters = header_delimiters(whole.front());
    if (!delimiters) return std::nullopt;
    return HprimReader(*delimiters).read(whole);
}

}  // namespace consign::policy::content
