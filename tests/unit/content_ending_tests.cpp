#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "policy/content/ending.hpp"
#include "tests/unit/content_corpus.hpp"

using namespace consign;
using namespace consign::policy::content;
using content_corpus::content_of;

namespace {

/// In pieces of `size` bytes.
bool ends(std::string_view bytes, Ending ending, const Content& content, std::size_t size) {
    EndingCheck check(ending, content);
    for (std::size_t at = 0; at < bytes.size(); at += size)
        check.add(as_bytes(bytes.substr(at, size)));
    return check.has_ended();
}

bool ends(std::string_view bytes, Ending ending) {
    return ends(bytes, ending, read_content(as_bytes(bytes)), bytes.size() + 1);
}

const Content batch{.format = Format::hl7, .is_batch = true};

}  // namespace

BOOST_AUTO_TEST_SUITE(content_ending)

struct Case {
    const char* file;
    Ending ending;
    bool has_ended;
};
std::ostream& operator<<(std::ostream& out, const Case& sample) {
    return out << sample.file << ' ' << name_of(sample.ending);
}
const std::vector<Case> cases{
    {"hl7_batch_in_file.hl7", Ending::batch_trailer, true},
    {"hl7_batch_without_file.hl7", Ending::batch_trailer, true},
    {"hl7_batch_with_two_delimiter_sets.hl7", Ending::batch_trailer, true},
    {"hl7_file_header_alone.hl7", Ending::batch_trailer, false},
    {"hl7_laboratory_result.hl7", Ending::batch_trailer, true},  // no batch
    {"pdf.pdf", Ending::batch_trailer, true},
    {"gzip_batch.hl7.gz", Ending::batch_trailer, true},
    {"gzip_wrong_checksum.hl7.gz", Ending::batch_trailer, false},
    {"gzip_wrong_length.hl7.gz", Ending::batch_trailer, false},
    {"gzip_garbage_behind.hl7.gz", Ending::batch_trailer, false},
    {"zip_batch.zip", Ending::batch_trailer, true},
    {"zip_batch_stored.zip", Ending::batch_trailer, true},
    {"zip_batch_told_behind.zip", Ending::batch_trailer, true},
    {"hprim_sante_result.hpr", Ending::hprim_trailer, true},
    {"hprim_sante_two_messages.hpr", Ending::hprim_trailer, true},
    {"hprim_medecin_dos.txt", Ending::hprim_trailer, true},
    {"hprim_medecin_filled_up_lines.txt", Ending::hprim_trailer, true},
    {"hprim_medecin_two_messages.txt", Ending::hprim_trailer, true},
    {"hl7_laboratory_result.hl7", Ending::hprim_trailer, true},
    {"pdf.pdf", Ending::pdf_trailer, true},
    {"pdf_after_a_mail_header.pdf", Ending::pdf_trailer, false},
    {"gzip_pdf.pdf.gz", Ending::pdf_trailer, true},
    {"zip_deflated.zip", Ending::zip_directory, true},
    {"zip_stored.zip", Ending::zip_directory, true},  // with a comment
    {"zip_two_members.zip", Ending::zip_directory, true},
    {"zip_encrypted.zip", Ending::zip_directory, true},
    {"zip_long_lengths.zip", Ending::zip_directory, true},
    {"zip_cut.zip", Ending::zip_directory, false},
    {"pdf.pdf", Ending::zip_directory, true},
    {"gzip_message.hl7.gz", Ending::gzip_trailer, true},
    {"gzip_two_members.hl7.gz", Ending::gzip_trailer, true},
    {"gzip_with_name_and_comment.hl7.gz", Ending::gzip_trailer, true},
    {"gzip_cut.hl7.gz", Ending::gzip_trailer, false},
    {"gzip_wrong_checksum.hl7.gz", Ending::gzip_trailer, false},
    {"gzip_wrong_length.hl7.gz", Ending::gzip_trailer, false},
    {"gzip_garbage_behind.hl7.gz", Ending::gzip_trailer, false},
    {"broken_gzip_data.gz", Ending::gzip_trailer, false},
    {"gzip_bomb.gz", Ending::gzip_trailer, true},
    {"zip_deflated.zip", Ending::gzip_trailer, true},
};
BOOST_DATA_TEST_CASE(is_seen_in_whatever_pieces_it_comes, boost::unit_test::data::make(cases)) {
    const std::string bytes = content_of(sample.file);
    const Content content = read_content(as_bytes(bytes));
    for (const std::size_t size : {1U, 2U, 3U, 7U, 64U, 1021U, 1U << 20})
        BOOST_TEST(ends(bytes, sample.ending, content, size) == sample.has_ended);
}

BOOST_DATA_TEST_CASE(of_a_file_that_is_cut_is_not_there, boost::unit_test::data::make(cases)) {
    std::string bytes = content_of(sample.file);
    const Content content = read_content(as_bytes(bytes));
    // A bomb takes too long for each of its beginnings; what needs no ending has none.
    if (!sample.has_ended || sample.file == std::string("gzip_bomb.gz") ||
        ends("", sample.ending, content, 1))
        return;
    const bool may_lose_line_end = sample.ending != Ending::zip_directory &&
                                   sample.ending != Ending::gzip_trailer &&
                                   content.packing == Packing::none;
    const bool may_lose_directory =
        content.packing == Packing::zip && sample.ending != Ending::zip_directory;
    // What was whole already: a member before another, a message before another.
    const bool is_whole_before = sample.file == std::string("gzip_two_members.hl7.gz") ||
                                 (content.format == Format::hprim_sante && content.is_batch);
    if (may_lose_directory || is_whole_before) return;
    if (may_lose_line_end)
        while (bytes.ends_with('\n') || bytes.ends_with('\r') || bytes.ends_with(' '))
            bytes.pop_back();
    if (sample.ending == Ending::hprim_trailer && content.format == Format::hprim_sante)
        bytes.resize(bytes.rfind('L') + 1);  // the name is the segment
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        // A count that is not there yet is none, and a batch's name is enough.
        const std::string_view cut = std::string_view(bytes).substr(0, size);
        if (cut.ends_with("FTS") || cut.ends_with("FTS|") || cut.ends_with("BTS") ||
            cut.ends_with("BTS|") || cut.ends_with("BTS!"))
            continue;
        if (content.format == Format::hprim_sante &&
            (cut.ends_with("\rL") || cut.ends_with("\rL|1")))
            continue;
        BOOST_TEST(!ends(cut, sample.ending, content, 512), size << " bytes");
    }
}

struct Batch {
    const char* text;
    bool has_ended;
};
std::ostream& operator<<(std::ostream& out, const Batch& sample) {
    return out << sample.text;
}
const std::vector<Batch> batches{
    {"BHS|^~\\&\rMSH|^~\\&\rBTS|1\r", true},
    {"BHS|^~\\&\rMSH|^~\\&\rBTS|1", true},
    {"BHS|^~\\&\rMSH|^~\\&\rBTS", true},
    {"BHS|^~\\&\rMSH|^~\\&\rBTS||comment", true},
    {"BHS|^~\\&\rMSH|^~\\&\rBTS|1|comment|3\r\n\r\n \x1a", true},
    {"\x0b"
     "BHS|^~\\&\rMSH|^~\\&\rBTS|1\r\x1c\r",
     true},
    {"\xef\xbb\xbf"
     "BHS|^~\\&\nMSH|^~\\&\nBTS|1\n",
     true},
    {"BHS|^~\\&\rMSH|^~\\&\rBTS|2\r", false},
    {"BHS|^~\\&\rMSH|^~\\&\rBTS|one\r", false},
    {"BHS|^~\\&\rMSH|^~\\&\rBTS|18446744073709551617\r", false},
    {"BHS|^~\\&\rBTS|0\r", true},
    {"BHS|^~\\&\rMSH|^~\\&\r", false},
    {"BHS|^~\\&\rMSH|^~\\&\rBTS|1\rMSH|^~\\&\r", false},
    {"BHS|^~\\&\rMSH|^~\\&\rBTSX|1\r", false},
    {"BHS|^~\\&\rMSH|^~\\&\rOBX|1|TX|||BTS|1\r", false},
    {"BHS|^~\\&\rMSH|^~\\&\rFTS|1\r", false},
    {"BHS|^~\\&\rMSH|^~\\&\rBTS|1\rBHS|^~\\&\rMSH|^~\\&\rMSH|^~\\&\rBTS|2", true},
    {"BHS|^~\\&\rMSH|^~\\&\rBTS|2\rBHS|^~\\&\rMSH|^~\\&\rBTS|1", false},
    {"FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&\rBTS|1\rFTS|1\r", true},
    {"FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&\rBTS|1\rFTS\r", true},
    {"FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&\rBTS|1\rFTS|2\r", false},
    {"FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&\rBTS|1\r", false},
    {"FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&\rBTS|7\rFTS|1\r", false},
    {"FHS|^~\\&\rMSH|^~\\&\rMSH|^~\\&\rFTS|2\r", true},
    {"FHS|^~\\&\rMSH|^~\\&\rMSH|^~\\&\rFTS|1\r", true},
    {"FHS|^~\\&\rMSH|^~\\&\rMSH|^~\\&\rFTS|3\r", false},
    {"", false},
};
BOOST_DATA_TEST_CASE(of_a_batch_counts_its_messages, boost::unit_test::data::make(batches)) {
    for (const std::size_t size : {1U, 5U, 1000U})
        BOOST_TEST(ends(sample.text, Ending::batch_trailer, batch, size) == sample.has_ended);
}

BOOST_AUTO_TEST_CASE(of_a_batch_in_utf16_is_seen) {
    const auto wide = [](std::string_view text, bool big_endian) {
        std::string bytes = big_endian ? "\xfe\xff" : "\xff\xfe";
        for (const char byte : text) {
            const std::string pair{big_endian ? '\0' : byte, big_endian ? byte : '\0'};
            bytes += pair;
        }
        return bytes;
    };
    for (const bool big_endian : {false, true}) {
        const std::string whole = wide("BHS|^~\\&|\rMSH|^~\\&|\rBTS|1\r", big_endian);
        BOOST_TEST(read_content(as_bytes(whole)).is_batch);
        BOOST_TEST(ends(whole, Ending::batch_trailer));
        BOOST_TEST(
            !ends(wide("BHS|^~\\&|\rMSH|^~\\&|\rBTS|2\r", big_endian), Ending::batch_trailer));
    }
    // A character one half of which looks like a line's end ends none.
    std::string name = wide("BHS|^~\\&|\rMSH|^~\\&|X", false);
    name += "\x0d\x01";  // č
    name += wide("BTS|1", false).substr(2);
    BOOST_TEST(!ends(name, Ending::batch_trailer));
}

BOOST_AUTO_TEST_CASE(of_a_pdf_is_within_its_last_1024_bytes) {
    const Content pdf{.format = Format::pdf};
    const std::string mark = "%%EOF";
    for (const std::size_t behind : {0U, 1U, 1018U, 1019U})
        for (const std::size_t size : {1U, 100U, 10'000U})
            BOOST_TEST(ends("%PDF-1.7" + std::string(5000, ' ') + mark + std::string(behind, '\n'),
                            Ending::pdf_trailer, pdf, size));
    BOOST_TEST(!ends("%PDF-1.7" + mark + std::string(1020, '\n'), Ending::pdf_trailer, pdf, 100));
    BOOST_TEST(!ends("%PDF-1.7", Ending::pdf_trailer, pdf, 100));
}

BOOST_AUTO_TEST_CASE(of_a_zip_says_where_its_directory_is) {
    const Content zip{.packing = Packing::zip};
    const std::string whole = content_of("zip_two_members.zip");
    BOOST_TEST(ends(whole, Ending::zip_directory, zip, 100));
    BOOST_TEST(!ends(whole + "x", Ending::zip_directory, zip, 100));
    BOOST_TEST(!ends(whole.substr(1), Ending::zip_directory, zip, 100));
    BOOST_TEST(!ends(whole.substr(0, 50) + whole.substr(60), Ending::zip_directory, zip, 100));
    std::string changed = whole;
    changed[changed.size() - 22 + 16] ^= 1;  // the directory's offset
    BOOST_TEST(!ends(changed, Ending::zip_directory, zip, 100));
    // A comment that looks like an end is no end, and hides none.
    const std::string end = whole.substr(whole.size() - 22);
    std::string commented = whole;
    commented[commented.size() - 2] = static_cast<char>(end.size());
    commented += end;
    BOOST_TEST(ends(commented, Ending::zip_directory, zip, 100));
}

BOOST_AUTO_TEST_CASE(of_a_zip_with_a_long_directory_is_found) {
    const Content zip{.packing = Packing::zip};
    const auto field = [](std::uint64_t value, std::size_t bytes) {
        std::string text;
        for (; bytes > 0; --bytes, value >>= 8) text.push_back(static_cast<char>(value & 0xff));
        return text;
    };
    const std::string members(100'000, 'm');
    const std::string directory = "PK\x01\x02" + std::string(42, 'd');
    const auto tail = [&](std::uint64_t offset) {
        return "PK\x06\x06" + field(44, 8) + field(45, 2) + field(45, 2) + field(0, 8) +
               field(1, 8) + field(1, 8) + field(directory.size(), 8) + field(offset, 8) +
               "PK\x06\x07" + field(0, 4) + field(members.size() + directory.size(), 8) +
               field(1, 4) + "PK\x05\x06" + field(0, 4) + field(0xffff, 2) + field(0xffff, 2) +
               field(0xffffffff, 4) + field(0xffffffff, 4) + field(0, 2);
    };
    BOOST_TEST(ends(members + directory + tail(members.size()), Ending::zip_directory, zip, 4096));
    BOOST_TEST(
        !ends(members + directory + tail(members.size() - 1), Ending::zip_directory, zip, 4096));
    BOOST_TEST(!ends(members + directory + tail(members.size()).substr(1), Ending::zip_directory,
                     zip, 4096));
}

BOOST_AUTO_TEST_CASE(of_a_bomb_takes_linear_time) {
    const std::string bomb = content_of("gzip_bomb.gz");  // 4 MB of zeros in 4 KB
    const Content content{.format = Format::hl7, .packing = Packing::gzip, .is_batch = true};
    std::string bombs;
    for (int count = 0; count < 10; ++count) bombs += bomb;  // members of one file
    const auto begin = std::chrono::steady_clock::now();
    BOOST_TEST(!ends(bombs, Ending::batch_trailer, content, 4096));
    BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(30)));
}

BOOST_AUTO_TEST_CASE(check_may_be_moved) {
    const std::string bytes = content_of("gzip_batch.hl7.gz");
    EndingCheck check(Ending::batch_trailer, read_content(as_bytes(bytes)));
    check.add(as_bytes(std::string_view(bytes).substr(0, 100)));
    EndingCheck moved(std::move(check));
    moved.add(as_bytes(std::string_view(bytes).substr(100)));
    BOOST_TEST(moved.has_ended());
}

BOOST_AUTO_TEST_SUITE_END()
