#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "protocols/sftp/codec_errc.hpp"
#include "protocols/sftp/frame.hpp"

using namespace consign;
using sftp::codec_errc;
using sftp::FrameReader;

namespace {

Bytes prefix(std::uint32_t length) {
    Bytes bytes;
    ByteWriter(bytes).u32(length);
    return bytes;
}

Bytes frame_of(std::string_view content) {
    Bytes bytes;
    ByteWriter(bytes).string(content);
    return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sftp_frame)

BOOST_AUTO_TEST_CASE(a_packet_is_taken_off_the_front_without_a_copy) {
    Bytes stream = frame_of("first");
    ByteWriter(stream).string(std::string_view("second")).u8(0);
    ByteView rest(stream);
    const auto first = sftp::take_packet(rest);
    BOOST_TEST(as_text(**first) == "first");
    BOOST_TEST((*first)->data() == stream.data() + 4);
    BOOST_TEST(as_text(**sftp::take_packet(rest)) == "second");
    BOOST_TEST(!sftp::take_packet(rest)->has_value());
    BOOST_TEST(rest.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_bad_length_is_refused_before_any_of_the_body_came) {
    for (const auto& [length, why] :
         {std::pair{0U, codec_errc::frame_empty}, std::pair{263'169U, codec_errc::frame_too_long},
          std::pair{0x80000000U, codec_errc::frame_too_long},
          std::pair{0xffffffffU, codec_errc::frame_too_long}}) {
        const Bytes stream = prefix(length);
        ByteView rest(stream);
        BOOST_TEST((sftp::take_packet(rest).error() == why));
        FrameReader reader;
        ByteView arrived(stream);
        BOOST_TEST((reader.next(arrived).error() == why));
        FrameReader byte_by_byte;
        for (std::size_t at = 0; at < 4; ++at) {
            ByteView piece = ByteView(stream).subspan(at, 1);
            const auto packet = byte_by_byte.next(piece);
            BOOST_TEST(packet.has_value() == (at < 3));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_longest_packet_is_let_through_in_one_piece_or_many) {
    const std::string content(sftp::packet_limit_bytes, 'x');
    BOOST_TEST(content.size() == 263'168U);
    const Bytes stream = frame_of(content);
    for (const std::size_t piece_bytes : {std::size_t{1}, std::size_t{4096}, stream.size()}) {
        FrameReader reader;
        std::size_t packets = 0;
        for (ByteView rest(stream); !rest.empty();) {
            ByteView piece = rest.first(std::min(piece_bytes, rest.size()));
            rest = rest.subspan(piece.size());
            if (const auto packet = reader.next(piece); packet->has_value()) {
                ++packets;
                BOOST_TEST((as_text(**packet) == content));
            }
        }
        BOOST_TEST(packets == 1U);
    }
}

BOOST_AUTO_TEST_CASE(only_a_packet_that_was_cut_is_copied) {
    Bytes stream = frame_of("whole");
    ByteWriter(stream).string(std::string_view("cut in two"));
    FrameReader reader;
    ByteView piece = ByteView(stream).first(stream.size() - 3);
    const auto whole = reader.next(piece);
    BOOST_TEST((*whole)->data() == stream.data() + 4);
    BOOST_TEST(!reader.next(piece)->has_value());
    BOOST_TEST(reader.kept_bytes() == 4U + 7U);
    piece = ByteView(stream).last(3);
    BOOST_TEST(as_text(**reader.next(piece)) == "cut in two");
    BOOST_TEST(reader.kept_bytes() == 0U);
    BOOST_TEST(!reader.next(piece)->has_value());
}

BOOST_AUTO_TEST_CASE(giving_memory_back_keeps_what_came_of_a_packet) {
    const Bytes stream = frame_of("packet");
    FrameReader reader;
    ByteView piece = ByteView(stream).first(6);
    BOOST_TEST(!reader.next(piece)->has_value());
    reader.release_memory();
    piece = ByteView(stream).subspan(6);
    BOOST_TEST(as_text(**reader.next(piece)) == "packet");
    reader.release_memory();
    piece = stream;
    BOOST_TEST(as_text(**reader.next(piece)) == "packet");
}

BOOST_AUTO_TEST_SUITE_END()
