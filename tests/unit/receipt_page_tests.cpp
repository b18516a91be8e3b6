#include <boost/test/unit_test.hpp>

#include "admin/qr_code.hpp"
#include "admin/receipt_page.hpp"
#include "base/bytes.hpp"
#include "base/evp.hpp"
#include "desk/receipts/receipt_text.hpp"

using namespace consign;
using admin::Language;

namespace {

desk::ReceiptWords words() {
    desk::ReceiptWords said{.kind = desk::ReceiptKind::deposit,
                            .site = "chu.example",
                            .witness = "SHA256:w",
                            .time = Timestamp(std::chrono::seconds(1'795'500'000)),
                            .account = "labo",
                            .name = "/in/a.hl7",
                            .size_bytes = 7,
                            .sha256 = std::string(64, 'a'),
                            .row = 4711};
    said.id = desk::receipt_id(said.row, said.hash);
    return said;
}

std::string page_of(const desk::ReceiptWords& said, Language language = Language::english,
                    const std::string& zone = "Europe/Paris") {
    const auto page = admin::receipt_page(desk::receipt_text(said), language, zone);
    BOOST_REQUIRE(page.has_value());
    return *page;
}

bool has(const std::string& page, std::string_view text) {
    return page.find(text) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(receipt_page)

BOOST_AUTO_TEST_CASE(it_says_what_the_receipt_says_in_both_languages) {
    const auto english = page_of(words()), french = page_of(words(), Language::french);
    for (const auto& page : {english, french}) {
        BOOST_TEST(has(page, "/in/a.hl7"));
        BOOST_TEST(has(page, std::string(64, 'a')));
        BOOST_TEST(has(page, "4711-0000000000000000"));
        BOOST_TEST(has(page, "2026-11-24 07:00:00 Europe/Paris (2026-11-24 06:00:00 UTC)"));
        BOOST_TEST(has(page,
                       "ssh-keygen -Y verify -f allowed_signers -I witness -n "
                       "receipt@consign -s 4711-0000000000000000.json.sig"));
        // What is copied from it runs as it stands.
        BOOST_TEST(
            has(page, "&lt; 4711-0000000000000000.json\nsha256sum 4711-0000000000000000.json\n"));
        BOOST_TEST(!has(page, "\\u{"));
        BOOST_TEST(has(page, "@page { size: A4;"));
    }
    BOOST_TEST(has(english, "Receipt of a deposit"));
    BOOST_TEST(has(french, "Reçu de dépôt"));
    BOOST_TEST(has(french, "<html lang=\"fr\">"));
    BOOST_TEST(has(page_of(words(), Language::english, ""), "<td>2026-11-24 06:00:00 UTC</td>"));
}

BOOST_AUTO_TEST_CASE(a_certificate_is_called_one_and_verified_as_one) {
    auto said = words();
    said.kind = desk::ReceiptKind::destruction;
    const auto page = page_of(said, Language::french);
    BOOST_TEST(has(page, "Certificat de destruction"));
    BOOST_TEST(has(page, "-n certificate@consign"));
}

BOOST_AUTO_TEST_CASE(what_it_notes_is_told_in_the_pages_language) {
    auto said = words();
    said.note = "all of it";
    BOOST_TEST(has(page_of(said), "<td>all of it</td>"));
    BOOST_TEST(has(page_of(said, Language::french), "<td>en totalité</td>"));
}

BOOST_AUTO_TEST_CASE(what_a_peer_named_is_never_markup) {
    auto said = words();
    said.name = "/in/<script>alert(1)</script>\"'&<img src=x onerror=y>\xff.hl7";
    said.note = "</title><b>";
    said.account = "<i>";
    said.site = "<u>";
    const auto page = page_of(said);
    for (const char* markup : {"<script", "<img", "</title><b>", "<i>", "<u>"})
        BOOST_TEST(!has(page, markup), markup);
    BOOST_TEST(has(page, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;&lt;img"));
    BOOST_TEST(has(page, "\\xff.hl7"));
}

BOOST_AUTO_TEST_CASE(nothing_of_it_is_fetched_or_run) {
    const auto page = page_of(words());
    BOOST_TEST(has(page, "default-src 'none'"));
    for (const char* part : {"<script", "src=", "href=", "url(", "@import"})
        BOOST_TEST(!has(page, part), part);
}

BOOST_AUTO_TEST_CASE(its_code_holds_the_digest_of_the_exact_bytes) {
    const std::string text = desk::receipt_text(words());
    const std::string line = admin::receipt_digest_line("4711-0000000000000000", text);
    BOOST_TEST(line == to_hex(evp::sha256({as_bytes(text)})) + "  4711-0000000000000000.json");
    const auto code = admin::qr_code_svg(line);
    BOOST_REQUIRE(code.has_value());
    BOOST_TEST(has(page_of(words()), *code));
    BOOST_TEST(!admin::qr_code_svg(std::string(5000, 'a')).has_value());
    BOOST_TEST(!admin::qr_code_svg("").has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_receipt_has_no_page) {
    BOOST_TEST(!admin::receipt_page("{}", Language::english, "").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
