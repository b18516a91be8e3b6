// What a peer named its files stays text in a document, whatever it looks like.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "admin/document.hpp"
#include "printed_document.hpp"

using namespace consign::admin;

namespace {

struct Hostile {
    const char* text;
    const char* markdown;
    const char* html;
};
std::ostream& operator<<(std::ostream& out, const Hostile& hostile) {
    return out << hostile.markdown;
}

const Hostile hostile[]{
    {"plain été.hl7", "plain été.hl7", "plain été.hl7"},
    {"<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>",
     "&lt;script&gt;alert(1)&lt;/script&gt;"},
    {"\" onload='x' &amp;", "\" onload='x' \\&amp;", "&quot; onload=&#39;x&#39; &amp;amp;"},
    {"a | b | c", "a \\| b \\| c", "a | b | c"},
    {"![x](http://evil.example/)", "!\\[x\\](http\\://evil.example/)",
     "![x](http://evil.example/)"},
    {"www.evil.example", "www\\.evil.example", "www.evil.example"},
    {"WWW.evil.example mail@evil.example", "WWW\\.evil.example mail\\@evil.example",
     "WWW.evil.example mail@evil.example"},
    {"**bold** _it_ `code` ~~no~~ $x$",
     "\\*\\*bold\\*\\* \\_it\\_ \\`code\\` \\~\\~no\\~\\~ \\$x\\$",
     "**bold** _it_ `code` ~~no~~ $x$"},
    {"a\n# b\r\n| c", "a\\\\u{000a}\\# b\\\\u{000d}\\\\u{000a}\\| c",
     "a\\u{000a}# b\\u{000d}\\u{000a}| c"},
    {"\x1b[2J\xe2\x80\xaegpj", "\\\\u{001b}\\[2J\\\\u{202e}gpj", "\\u{001b}[2J\\u{202e}gpj"},
    {"back\\slash", "back\\\\slash", "back\\slash"},
};

void fill(Document& document) {
    document.title("T & T");
    document.paragraph("p <b>");
    document.item("label", "a|b");
    document.item("alone");
    document.heading(2, "H");
    document.begin_table({"A", "B"});
    document.row({"x|y", Words("missing", true)});
    document.end_table();
    document.paragraph("end");
    document.finish();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(document)

BOOST_DATA_TEST_CASE(what_a_peer_wrote_is_never_markup, boost::unit_test::data::make(hostile)) {
    BOOST_TEST(markdown_text(sample.text) == sample.markdown);
    BOOST_TEST(html_text(sample.text) == sample.html);
}

BOOST_AUTO_TEST_CASE(markdown_is_whole) {
    BOOST_TEST(printed_document(Markup::markdown, Language::english, fill) ==
               "# T \\& T\n"
               "\n"
               "p \\<b\\>\n"
               "\n"
               "- **label**: a\\|b\n"
               "- alone\n"
               "\n"
               "## H\n"
               "\n"
               "| A | B |\n"
               "| --- | --- |\n"
               "| x\\|y | **\\[missing\\]** |\n"
               "\n"
               "end\n");
}

BOOST_AUTO_TEST_CASE(html_is_one_page_that_loads_nothing) {
    const std::string page = printed_document(Markup::html, Language::french, fill);
    BOOST_TEST(page.starts_with("<!DOCTYPE html>\n<html lang=\"fr\">"));
    BOOST_TEST(page.contains("default-src 'none'"));
    BOOST_TEST(!page.contains("<script"));
    BOOST_TEST(!page.contains("src="));
    BOOST_TEST(
        page.ends_with("<h1>T &amp; T</h1>\n"
                       "<p>p &lt;b&gt;</p>\n"
                       "<ul>\n"
                       "<li><strong>label</strong>: a|b</li>\n"
                       "<li>alone</li>\n"
                       "</ul>\n"
                       "<h2>H</h2>\n"
                       "<table>\n"
                       "<thead><tr><th>A</th><th>B</th></tr></thead>\n"
                       "<tbody>\n"
                       "<tr><td>x|y</td><td><span class=\"missing\">[missing]</span></td>"
                       "</tr>\n"
                       "</tbody></table>\n"
                       "<p>end</p>\n"
                       "</body>\n</html>\n"));
}

BOOST_AUTO_TEST_SUITE_END()
