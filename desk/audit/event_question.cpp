#include "desk/audit/event_question.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "desk/site/displayed_path.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/contents_about.hpp"
#include "desk/verbs/subject_argument.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;

constexpr std::size_t id_digits = 2 * Id::size_bytes;
constexpr std::size_t fewest_id_digits = 4;
constexpr std::size_t alike_ids_told = 5;
constexpr std::string_view file_expected =
    "a path of the whole tree as `consign files ls` shows it, e.g. /labs/in/a.hl7, or the id of a "
    "content, of which its first 4 digits or more will do";

std::optional<Id> id_from_hex(std::string_view hex) {
    return Id::from_hex(hex);
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return lower;
}

bool is_hexadecimal(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<std::string> sha256_from(std::string_view text) {
    std::string lower = lower_case(text);
    if (lower.size() != 2 * sizeof(Digest32) || !is_hexadecimal(lower)) return std::nullopt;
    return lower;
}

Id padded(std::string_view digits, char with) {
    std::string hex(digits);
    hex.resize(id_digits, with);
    return Id::from_hex(hex).value_or(Id{});
}

}  // namespace

std::optional<std::string> address_from(std::string_view text) {
    boost::system::error_code failed;
    const auto address = asio::ip::make_address(std::string(text), failed);
    if (failed) return std::nullopt;
    // A peer that reached an IPv6 listener by IPv4 stands in the ledger by the latter.
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    return address.to_string();
}

void EventQuestion::take_file(VerbArguments& arguments) {
    const auto file = arguments.text("file");
    if (!file) return;
    if (file->starts_with('/')) {
        const auto path = from_displayed(*file);
        if (!path) return arguments.complain("file", file_expected);
        filter_.path = std::string(path->text());
        return;
    }
    id_begins_ = lower_case(*file);
    if (id_begins_.size() < fewest_id_digits || id_begins_.size() > id_digits ||
        !is_hexadecimal(id_begins_))
        return arguments.complain("file", file_expected);
    if (id_begins_.size() == id_digits) {
        filter_.stream = Id::from_hex(id_begins_);
        id_begins_.clear();
    }
}

EventQuestion EventQuestion::from(VerbArguments& arguments) {
    EventQuestion question;
    ledger::EventFilter& filter = question.filter_;
    filter.account = arguments.text("account");
    filter.from = arguments.time("from");
    filter.until = arguments.time("until");
    filter.session = arguments.parsed("session", id_from_hex, "32 hexadecimal digits");
    filter.outcome =
        arguments.parsed("outcome", ledger::outcome_named, "granted, refused or failed");
    for (const auto& name : arguments.one_or_more_texts("action")) {
        if (const auto action = ledger::action_named(name))
            filter.action.any.push_back(*action);
        else
            arguments.complain("action",
                               "an action as docs/formats/ledger.md names it, e.g. deposited");
    }
    if (const auto pattern = arguments.text("path")) {
        if (auto glob = policy::Glob::path(*pattern)) {
            filter.path_matches = [glob = *std::move(glob)](std::string_view raw) {
                const auto path = VirtualPath::parse(raw);
                return path && glob.matches(*path);
            };
        } else {
            arguments.complain(
                "path", fmt::format("a glob of the whole tree, e.g. /labs/**: {}", glob.error()));
        }
    }
    question.take_file(arguments);
    filter.sha256 =
        arguments.parsed("sha256", sha256_from, "64 hexadecimal digits, as sha256sum prints them");
    filter.address = arguments.parsed("address", address_from, address_expected);
    question.subject_ = arguments.parsed("subject", subject_from, subject_expected);
    return question;
}

Result<EventQuestion::Filter> EventQuestion::filter(Transaction& transaction) const {
    ledger::EventFilter filter = filter_;
    if (subject_) {
        const auto streams = contents_about(transaction, *subject_);
        if (!streams) return failure(streams.error());
        filter.subject =
            ledger::AboutSubject{text_of(*subject_), {streams->begin(), streams->end()}};
    }
    if (id_begins_.empty()) return filter;
    const auto ids = transaction.search.streams_between(
        padded(id_begins_, '0'), padded(id_begins_, 'f'), alike_ids_told + 1);
    if (!ids) return failure(ids.error());
    if (ids->empty())
        return Filter(
            complaint(fmt::format("no event is about a file whose id begins with {}; give {}",
                                  id_begins_, file_expected)));
    if (ids->size() > 1) {
        std::vector<std::string> alike;
        for (const Id& id : *ids) alike.push_back(id.hex());
        if (alike.size() > alike_ids_told) alike.back() = "and others";
        return Filter(
            complaint(fmt::format("the ids of several files begin with {}; write more of it: {}",
                                  id_begins_, fmt::join(alike, ", "))));
    }
    filter.stream = ids->front();
    return filter;
}

bool EventQuestion::needs_index() const {
    return filter_.path || filter_.address || filter_.sha256 || subject_;
}

ledger::Personal EventQuestion::personal() const {
    return {.path = filter_.path.value_or(""),
            .address = filter_.address.value_or(""),
            .sha256 = filter_.sha256.value_or(""),
            .subject = subject_ ? text_of(*subject_) : std::string()};
}

ledger::SessionFilter session_filter_from(VerbArguments& arguments) {
    ledger::SessionFilter filter;
    filter.account = arguments.text("account");
    filter.address = arguments.parsed("address", address_from, address_expected);
    filter.from = arguments.time("from");
    filter.until = arguments.time("until");
    return filter;
}

}  // namespace consign::desk
