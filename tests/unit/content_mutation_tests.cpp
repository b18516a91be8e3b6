// The corpus, cut and altered: whatever comes is answered, what is answered is well-formed, and
// fewer bytes of a file never give another format.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <random>

#include "tests/unit/content_check.hpp"
#include "tests/unit/content_corpus.hpp"

using namespace consign;
using namespace consign::policy::content;
using namespace std::string_view_literals;

namespace {

using Random = std::mt19937;

constexpr unsigned mutations_total = 10'000;
constexpr std::size_t prefixes_per_file = 400;

std::size_t below(Random& random, std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

/// What has a meaning to some reader.
std::string_view some_token(Random& random) {
    static constexpr std::array tokens{"\r"sv,
                                       "\n"sv,
                                       "|"sv,
                                       "^"sv,
                                       "~"sv,
                                       "\\"sv,
                                       "\\X"sv,
                                       "&"sv,
                                       "\0"sv,
                                       "\xff\xff\xff\xff"sv,
                                       "\xfe\xff\x0d\xe0"sv,
                                       "\xfe\xff\xdd\xe0\0\0\0\0"sv,
                                       "\0\xff"sv,
                                       "\xff\xfe"sv,
                                       "\xef\xbb\xbf"sv,
                                       "MSH|^~\\&|"sv,
                                       "\rPID|||1^^^A&B\r"sv,
                                       "H|~^\\&|"sv,
                                       "PK\x03\x04"sv,
                                       "PK\x07\x08"sv,
                                       "PK\x05\x06"sv,
                                       "\x1f\x8b\x08"sv,
                                       "<!DOCTYPE ["sv,
                                       "<!--"sv,
                                       "\""sv,
                                       ";"sv,
                                       "01/02/2003"sv,
                                       "****FIN****\r"sv,
                                       "UN"sv,
                                       "SQ\0\0\xff\xff\xff\xff"sv,
                                       "\xe9"sv};
    return tokens[below(random, tokens.size())];
}

void mutate(std::string& bytes, const std::vector<std::string>& all, Random& random) {
    if (bytes.empty()) bytes = "\r";
    const std::size_t at = below(random, bytes.size());
    const std::size_t count = std::min(bytes.size() - at, 1 + below(random, 40));
    switch (below(random, 7)) {
        case 0:
            bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1U << below(random, 8)));
            break;
        case 1:
            bytes.insert(at, count, static_cast<char>(random()));
            break;
        case 2:
            bytes.erase(at, count);
            break;
        case 3:
            bytes.insert(at, bytes.substr(at, count));
            break;
        case 4: {
            const std::string& other = all[below(random, all.size())];
            bytes.replace(at, std::string::npos, other, below(random, other.size() + 1));
            break;
        }
        case 5:
            bytes.insert(at, below(random, 3'000), bytes[at]);
            break;
        default:
            bytes.replace(at, count, some_token(random));
            break;
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(content_mutation)

BOOST_DATA_TEST_CASE(fewer_bytes_give_the_same_format_or_none,
                     boost::unit_test::data::make(content_corpus::names())) {
    const std::string bytes = content_corpus::content_of(sample);
    const Content whole = content_check::read(as_bytes(bytes));
    const std::size_t step = 1 + bytes.size() / prefixes_per_file;
    for (std::size_t size = 0; size < bytes.size(); size += step) {
        const Content cut = content_check::read(as_bytes(std::string_view(bytes).substr(0, size)));
        BOOST_TEST_CONTEXT(size << " bytes") {
            // A table is one until a record contradicts.
            BOOST_TEST((cut.format == Format::other || cut.format == whole.format ||
                        (cut.format == Format::csv && whole.format == Format::other)));
            BOOST_TEST((cut.packing == Packing::none || cut.packing == whole.packing));
        }
    }
}

BOOST_AUTO_TEST_CASE(ten_thousand_altered_files_are_each_answered) {
    std::vector<std::string> all;
    for (const std::string& name : content_corpus::names())
        all.push_back(content_corpus::content_of(name));
    std::map<Format, unsigned> formats;
    for (unsigned seed = 0; seed < mutations_total; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            Random random(seed);
            std::string bytes = all[seed % all.size()];
            for (std::size_t left = 1 + below(random, 4); left > 0; --left)
                mutate(bytes, all, random);
            const Content content = content_check::read(as_bytes(bytes));
            ++formats[content.format];
            const std::size_t piece = 1 + below(random, 2'000);
            content_check::check_endings(as_bytes(bytes), content, piece);
        }
    }
    // The alterations leave each format in sight, and lose it often.
    for (const Format format : {Format::hl7, Format::hprim_sante, Format::hprim_medecin,
                                Format::dicom, Format::pdf, Format::xml, Format::csv})
        BOOST_TEST(formats[format] > 50U, name_of(format));
    BOOST_TEST(formats[Format::other] > mutations_total / 10);
}

BOOST_AUTO_TEST_SUITE_END()
