#include <boost/test/unit_test.hpp>

#include "protocols/sftp/frame.hpp"
#include "protocols/sftp/reply.hpp"
#include "tests/unit/sftp_wire.hpp"

using namespace consign;
using namespace consign::sftp;
using wire::Packet;

namespace {

Timestamp at(int year, unsigned month, unsigned day) {
    return std::chrono::sys_days(std::chrono::year_month_day{
        std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sftp_reply)

BOOST_AUTO_TEST_CASE(replies_are_appended_one_after_the_other) {
    Bytes out;
    append_status(out, 1, Status::no_such_file);
    append_handle(out, 2, as_bytes("h1"));
    Bytes expected = Packet(101, 1).u32(2).text("No such file").text("en").framed();
    const Bytes handle = Packet(102, 2).text("h1").framed();
    expected.insert(expected.end(), handle.begin(), handle.end());
    BOOST_TEST((out == expected));
}

BOOST_AUTO_TEST_CASE(every_status_has_the_words_of_openssh) {
    BOOST_TEST(text_of(Status::ok).view() == "Success");
    BOOST_TEST(text_of(Status::op_unsupported).view() == "Operation unsupported");
    Bytes out;
    append_status(out, 9, Status::failure, "Quota is full");
    BOOST_TEST((out == Packet(101, 9).u32(4).text("Quota is full").text("en").framed()));
}

BOOST_AUTO_TEST_CASE(version_lists_the_extensions) {
    Bytes out;
    append_version(out, std::array{ExtensionPair{"limits@openssh.com", "1"},
                                   ExtensionPair{"check-file", "sha256"}});
    BOOST_TEST((out == Packet(2)
                           .u32(3)
                           .text("limits@openssh.com")
                           .text("1")
                           .text("check-file")
                           .text("sha256")
                           .framed()));
}

BOOST_AUTO_TEST_CASE(attributes_and_paths_are_laid_out_as_in_the_draft) {
    Bytes out;
    append_attributes_reply(out, 3, wire::all_attributes);
    BOOST_TEST((out == Packet(105, 3).attributes(wire::all_attributes).framed()));
    BOOST_TEST(encoded_bytes(wire::all_attributes) == out.size() - 9);
    BOOST_TEST(encoded_bytes({}) == 4U);
    out.clear();
    append_path(out, 4, "/in");
    BOOST_TEST((out == Packet(104, 4).u32(1).text("/in").text("/in").u32(0).framed()));
}

BOOST_AUTO_TEST_CASE(extended_replies_are_laid_out_as_openssh_has_them) {
    Bytes out;
    append_limits(out, 1,
                  {.packet_bytes = 1, .read_bytes = 2, .write_bytes = 3, .open_handles = 4});
    BOOST_TEST((out == Packet(201, 1).u64(1).u64(2).u64(3).u64(4).framed()));
    out.clear();
    append_file_system(out, 2,
                       {.block_bytes = 1,
                        .fragment_bytes = 2,
                        .blocks = 3,
                        .blocks_free = 4,
                        .blocks_available = 5,
                        .files = 6,
                        .files_free = 7,
                        .files_available = 8,
                        .id = 9,
                        .flags = 10,
                        .name_limit_bytes = 11});
    Packet system(201, 2);
    for (std::uint64_t value = 1; value <= 11; ++value) system.u64(value);
    BOOST_TEST((out == system.framed()));
    out.clear();
    append_users_groups(out, 3, std::array<std::string_view, 2>{"lab", ""},
                        std::array<std::string_view, 1>{"labs"});
    const std::string users("\0\0\0\3lab\0\0\0\0", 11);
    const std::string groups("\0\0\0\4labs", 8);
    BOOST_TEST((out == Packet(201, 3).text(users).text(groups).framed()));
}

BOOST_AUTO_TEST_CASE(a_hash_is_answered_in_the_drafts_form_and_in_paramikos) {
    Bytes out;
    append_check_file(out, 1, CheckFileForm::draft, "md5", as_bytes("0123456789abcdef"));
    BOOST_TEST((out == Packet(201, 1).text("md5").raw("0123456789abcdef").framed()));
    out.clear();
    append_check_file(out, 1, CheckFileForm::paramiko, "md5", as_bytes("0123456789abcdef"));
    BOOST_TEST(
        (out == Packet(201, 1).text("check-file").text("md5").raw("0123456789abcdef").framed()));
}

BOOST_AUTO_TEST_CASE(data_is_filled_in_place) {
    Bytes out;
    append_status(out, 1, Status::ok);
    const Bytes before = out;
    {
        DataReply reply(out, 5, 1000);
        BOOST_TEST(reply.space().size() == 1000U);
        std::ranges::copy(as_bytes("content"), reply.space().begin());
        reply.finish(7);
    }
    Bytes expected = before;
    const Bytes data = Packet(103, 5).text("content").framed();
    expected.insert(expected.end(), data.begin(), data.end());
    BOOST_TEST((out == expected));
}

BOOST_AUTO_TEST_CASE(a_packet_is_made_anew_over_an_earlier_one_longer_or_shorter) {
    for (const std::size_t before : {0U, 5U, 100U, 5000U}) {
        Bytes out(before, 0xaa);
        {
            DataReply reply(DataReply::Anew(), out, 5, 1000);
            BOOST_TEST(reply.space().size() == 1000U);
            std::ranges::copy(as_bytes("content"), reply.space().begin());
            reply.finish(7);
        }
        BOOST_TEST((out == Packet(103, 5).text("content").framed()));
        {
            const DataReply reply(DataReply::Anew(), out, 6, 1000);
        }
        BOOST_TEST(out.empty());
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_finished_leaves_no_trace) {
    Bytes out;
    append_status(out, 1, Status::ok);
    const Bytes before = out;
    {
        DataReply reply(out, 5, 1000);
        BOOST_CHECK_THROW(reply.finish(1001), std::logic_error);
    }
    BOOST_TEST((out == before));
    {
        NamesReply reply(out, 5);
        BOOST_TEST(reply.add("a", "a", {}));
    }
    BOOST_TEST((out == before));
}

BOOST_AUTO_TEST_CASE(names_stop_exactly_at_the_limit) {
    const std::string name(100, 'n');
    const std::size_t entry_bytes = 4 + 100 + 4 + 100 + 4;
    for (const std::size_t spare : {std::size_t{0}, std::size_t{1}, entry_bytes - 1}) {
        Bytes out;
        NamesReply reply(out, 6, 9 + 2 * entry_bytes + spare);
        BOOST_TEST(reply.add(name, name, {}));
        BOOST_TEST(reply.add(name, name, {}));
        BOOST_TEST(!reply.add(name, name, {}));
        BOOST_TEST(reply.count() == 2U);
        reply.finish();
        BOOST_TEST((out == Packet(104, 6)
                               .u32(2)
                               .text(name)
                               .text(name)
                               .u32(0)
                               .text(name)
                               .text(name)
                               .u32(0)
                               .framed()));
    }
}

BOOST_AUTO_TEST_CASE(an_answer_is_a_frame_that_the_codec_takes) {
    Bytes out;
    {
        DataReply reply(out, 1, 256 * 1024);
        reply.finish(256 * 1024);
    }
    ByteView rest(out);
    BOOST_TEST(sftp::take_packet(rest)->has_value());
    BOOST_TEST(rest.empty());
}

BOOST_AUTO_TEST_CASE(times_are_clamped_to_what_the_wire_holds) {
    BOOST_TEST(to_wire_seconds(at(1969, 12, 31)) == 0U);
    BOOST_TEST(to_wire_seconds(at(2200, 1, 1)) == 0xffffffffU);
    BOOST_TEST((from_wire_seconds(to_wire_seconds(at(2106, 1, 1))) == at(2106, 1, 1)));
}

BOOST_AUTO_TEST_SUITE_END()
