// What a path in the folder of receipts can name.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "desk/receipts/receipt_path.hpp"

using namespace consign;
using Kind = desk::ReceiptPath::Kind;

namespace {

struct Sample {
    const char* path;
    Kind kind;
    const char* id = "";
};
std::ostream& operator<<(std::ostream& out, const Sample& sample) {
    return out << sample.path;
}

std::optional<desk::ReceiptPath> named(std::string_view text) {
    return desk::receipt_path(VirtualPath::parse(text).value());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(receipt_path)

const std::vector<Sample> within{
    {"/.receipts", Kind::top},
    {"/.receipts/README.txt", Kind::readme},
    {"/.receipts/allowed_signers", Kind::signers},
    {"/.receipts/2026-11-24", Kind::day},
    {"/.receipts/2026-11-24/../2026-11-24/", Kind::day},
    {"/.receipts/2026-11-24/7-0123456789abcdef.json", Kind::text, "7-0123456789abcdef"},
    {"/.receipts/2026-11-24/7-0123456789abcdef.json.sig", Kind::signature, "7-0123456789abcdef"},
    {"/.receipts/2026-11-24/x.json", Kind::text, "x"},
    {"/.receipts/2026-11-24/7-0123456789abcdef", Kind::nothing},
    {"/.receipts/2026-11-24/7-0123456789abcdef.JSON", Kind::nothing},
    {"/.receipts/2026-11-24/7-0123456789abcdef.json/x", Kind::nothing},
    {"/.receipts/2026-11-24/README.txt", Kind::nothing},
    {"/.receipts/readme.txt", Kind::nothing},
    {"/.receipts/2026-02-30", Kind::nothing},
    {"/.receipts/2026-2-3", Kind::nothing},
    {"/.receipts/2026-11-24T00:00:00Z", Kind::nothing},
    {"/.receipts/20261124", Kind::nothing},
    {"/.receipts/lab/2026-11-24", Kind::nothing},
};
BOOST_DATA_TEST_CASE(a_path_within_the_folder, boost::unit_test::data::make(within)) {
    const auto path = named(sample.path);
    BOOST_REQUIRE(path);
    BOOST_TEST((path->kind == sample.kind));
    BOOST_TEST(path->id == sample.id);
}

BOOST_DATA_TEST_CASE(a_path_elsewhere,
                     boost::unit_test::data::make({"/", "/in", "/.receipts2", "/.Receipts",
                                                   "/in/.receipts", "/.receipts/../in"})) {
    BOOST_TEST(!named(sample).has_value());
}

BOOST_AUTO_TEST_CASE(a_day_is_written_as_it_is_read) {
    const auto path = named("/.receipts/2024-02-29");
    BOOST_REQUIRE(path);
    BOOST_TEST(desk::receipt_day_name(path->day) == "2024-02-29");
}

BOOST_AUTO_TEST_SUITE_END()
