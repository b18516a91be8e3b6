// What must hold for any bytes that a peer may send, in whatever pieces they come. Shared by the
// mutation tests and the fuzz target; a broken rule throws.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "protocols/sftp/codec_errc.hpp"
#include "protocols/sftp/frame.hpp"
#include "protocols/sftp/request.hpp"
#include "tests/unit/sftp_wire.hpp"

namespace stream_check {

using consign::Bytes;
using consign::ByteView;
namespace sftp = consign::sftp;

inline void require(bool holds, const char* rule) {
    if (!holds) throw std::logic_error(rule);
}

/// Writes a request from the values that were read, and so touches every byte of every view.
class Encoder {
  public:
    explicit Encoder(const sftp::Request& request) : id_(request.id) {
        std::visit([this](const auto& body) { encode(body); }, request.body);
    }
    [[nodiscard]] const Bytes& bytes() const { return packet_.body(); }

  private:
    template <class Body>
    void begin(const Body&) {
        if constexpr (Body::verb.opcode == sftp::extended_opcode)
            packet_ = wire::Packet(Body::verb.extension, id_);
        else
            packet_ = wire::Packet(Body::verb.opcode, id_);
    }
    void numbers(const sftp::NumberList& list) {
        packet_.u32(static_cast<std::uint32_t>(4 * list.size()));
        for (std::size_t index = 0; index < list.size(); ++index) packet_.u32(list[index]);
    }

    void encode(const sftp::Init& init) { packet_ = wire::Packet(1).u32(init.version); }
    void encode(const sftp::Unsupported& unknown) {
        packet_ = wire::Packet(unknown.opcode, id_);
        if (unknown.opcode == sftp::extended_opcode) packet_.text(unknown.extension);
    }
    void encode(const sftp::Open& open) {
        const auto& flags = open.flags;
        begin(open);
        packet_.text(open.path)
            .u32((flags.read ? 1U : 0U) | (flags.write ? 2U : 0U) | (flags.append ? 4U : 0U) |
                 (flags.create ? 8U : 0U) | (flags.truncate ? 16U : 0U) |
                 (flags.exclusive ? 32U : 0U))
            .attributes(open.attributes);
    }
    void encode(const sftp::Read& read) {
        begin(read);
        packet_.bytes(read.handle).u64(read.offset).u32(read.length_bytes);
    }
    void encode(const sftp::Write& write) {
        begin(write);
        packet_.bytes(write.handle).u64(write.offset).bytes(write.data);
    }
    void encode(const sftp::Limits& limits) { begin(limits); }
    void encode(const sftp::CopyData& copy) {
        begin(copy);
        packet_.bytes(copy.from).u64(copy.from_offset).u64(copy.length_bytes);
        packet_.bytes(copy.to).u64(copy.to_offset);
    }
    void encode(const sftp::HomeDirectory& home) {
        begin(home);
        packet_.text(home.user);
    }
    void encode(const sftp::UsersGroupsById& request) {
        begin(request);
        numbers(request.users);
        numbers(request.groups);
    }
    template <class Body>
    void encode(const Body& body) {
        begin(body);
        if constexpr (requires { body.from; }) packet_.text(body.from).text(body.to);
        if constexpr (requires { body.target; }) packet_.text(body.target).text(body.link);
        if constexpr (requires { body.path; }) packet_.text(body.path);
        if constexpr (requires { body.handle; }) packet_.bytes(body.handle);
        if constexpr (requires { body.attributes; }) packet_.attributes(body.attributes);
        if constexpr (requires { body.range; })
            packet_.text(body.range.algorithms)
                .u64(body.range.offset)
                .u64(body.range.length_bytes)
                .u32(body.range.block_size_bytes);
    }

    std::uint32_t id_;
    wire::Packet packet_{0};
};

/// Attributes, open flags, INIT's pairs, what follows a WRITE and what is unknown are read with
/// something left out; all the rest must come back byte for byte.
inline bool keeps_every_byte(const sftp::Request& request) {
    return std::visit(
        []<class Body>(const Body& body) {
            return !std::is_same_v<Body, sftp::Init> && !std::is_same_v<Body, sftp::Unsupported> &&
                   !std::is_same_v<Body, sftp::Write> && !requires { body.attributes; };
        },
        request.body);
}

struct Answers {
    std::size_t requests = 0;
    std::size_t unsupported = 0;
    std::size_t refusals = 0;
    bool broken = false;  // a frame that ends the session
};

inline void check_packet(ByteView packet, Answers& answers) {
    // In memory of exactly its size, so that a read past its end is seen.
    const Bytes exact(packet.begin(), packet.end());
    const auto request = sftp::parse_request(exact);
    if (!request) {
        const auto& refusal = request.error();
        require(refusal.why == sftp::codec_errc::truncated ||
                    refusal.why == sftp::codec_errc::trailing_bytes ||
                    refusal.why == sftp::codec_errc::bad_field,
                "a refusal gives a reason of its own");
        require(refusal.opcode == exact.front(), "a refusal names the opcode");
        require(refusal.id.has_value() == (exact.front() != 1 && exact.size() >= 5),
                "a refusal carries the id wherever there is one");
        ++answers.refusals;
        return;
    }
    ++(std::holds_alternative<sftp::Unsupported>(request->body) ? answers.unsupported
                                                                : answers.requests);
    const Encoder once(*request);
    if (keeps_every_byte(*request)) require(once.bytes() == exact, "a request is read as it came");
    const auto again = sftp::parse_request(once.bytes());
    require(again.has_value(), "what was understood can be said");
    require(Encoder(*again).bytes() == once.bytes(), "and says the same");
}

/// Reads `stream` whole and then in pieces of `next_piece()` bytes, which must come to the same.
template <class NextPiece>
Answers check_stream(ByteView stream, NextPiece next_piece) {
    std::vector<ByteView> packets;
    std::error_code broken;
    for (ByteView rest = stream;;) {
        const std::size_t before = rest.size();
        const auto packet = sftp::take_packet(rest);
        if (!packet) broken = packet.error();
        if (!packet || !*packet) {
            require(rest.size() == before, "what is not taken stays");
            break;
        }
        require(!(*packet)->empty() && (*packet)->size() <= sftp::packet_limit_bytes,
                "the frame bound");
        packets.push_back(**packet);
    }

    Answers answers;
    sftp::FrameReader reader;
    auto expected = packets.begin();
    while (!stream.empty() && !answers.broken) {
        const std::size_t size = std::clamp<std::size_t>(next_piece(), 1, stream.size());
        const Bytes piece(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
        stream = stream.subspan(size);
        ByteView arrived(piece);
        for (;;) {
            const auto packet = reader.next(arrived);
            require(reader.kept_bytes() <= sftp::length_prefix_bytes + sftp::packet_limit_bytes,
                    "what is kept is bounded");
            if (!packet) {
                require(packet.error() == broken, "pieces break where the whole does");
                answers.broken = true;
                break;
            }
            if (!*packet) {
                require(arrived.empty(), "a piece is taken whole");
                break;
            }
            require(expected != packets.end() && std::ranges::equal(**packet, *expected),
                    "pieces give the packets of the whole");
            ++expected;
            check_packet(**packet, answers);
        }
    }
    require(expected == packets.end(), "no packet is lost");
    require(answers.broken == static_cast<bool>(broken), "a broken frame is always seen");
    return answers;
}

}  // namespace stream_check
