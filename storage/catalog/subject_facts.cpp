#include "storage/catalog/subject_facts.hpp"

#include <bit>
#include <utility>

namespace consign::catalog {

namespace {

constexpr std::uint8_t unknown_date = 0;

void write_date(ByteWriter& out, const SubjectFacts::Date& date) {
    const std::int64_t days = date.day ? date.day->time_since_epoch().count() : 0;
    out.u8(date.day ? std::to_underlying(date.source) : unknown_date)
        .u64(std::bit_cast<std::uint64_t>(days));
}

std::optional<SubjectFacts::Date> read_date(ByteReader& in) {
    const std::uint8_t source = in.u8();
    const auto days = std::bit_cast<std::int64_t>(in.u64());
    if (source == unknown_date) return SubjectFacts::Date{};
    if (source > std::to_underlying(Source::administrator) || !std::in_range<std::int32_t>(days))
        return std::nullopt;
    return SubjectFacts::Date{
        .day = std::chrono::sys_days(std::chrono::days(static_cast<std::int32_t>(days))),
        .source = static_cast<Source>(source)};
}

void learn_date(SubjectFacts::Date& known, const std::optional<std::chrono::sys_days>& said,
                Source source) {
    if (said && (!known.day || source >= known.source)) known = {.day = said, .source = source};
}

}  // namespace

void SubjectFacts::learn(const Subject& said, Source source) {
    // Messages that disagree: the later birth is the longer life of a minor's record.
    const bool is_doubtful = source == Source::message && born.source == Source::message &&
                             born.day && said.born && *said.born < *born.day;
    if (!is_doubtful) learn_date(born, said.born, source);
    learn_date(died, said.died, source);
}

Bytes to_bytes(const SubjectFacts& facts) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.string(facts.authority).string(facts.id);
    write_date(out, facts.born);
    write_date(out, facts.died);
    return bytes;
}

std::optional<SubjectFacts> facts_of(ByteView bytes) {
    ByteReader in(bytes);
    SubjectFacts facts;
    facts.authority = as_text(in.string());
    facts.id = as_text(in.string());
    const auto born = read_date(in);
    const auto died = read_date(in);
    if (!born || !died || !in.exhausted()) return std::nullopt;
    facts.born = *born;
    facts.died = *died;
    return facts;
}

}  // namespace consign::catalog
