// What must hold for any bytes that a peer may send, in whatever pieces they come. Shared by the
// mutation tests and the fuzz target; a broken rule throws.
#pragma once

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/ftps/codec_errc.hpp"
#include "protocols/ftps/command_reader.hpp"
#include "protocols/ftps/endpoint.hpp"
#include "protocols/ftps/fact_arguments.hpp"
#include "protocols/ftps/facts.hpp"
#include "protocols/ftps/hash_arguments.hpp"
#include "protocols/ftps/hash_names.hpp"
#include "protocols/ftps/host_argument.hpp"
#include "protocols/ftps/list_arguments.hpp"
#include "protocols/ftps/numbers.hpp"
#include "protocols/ftps/reply.hpp"
#include "protocols/ftps/time_val.hpp"

namespace ftp_stream_check {

using consign::ByteView;
namespace ftps = consign::ftps;

inline void require(bool holds, const char* rule) {
    if (!holds) throw std::logic_error(rule);
}

inline bool is_ours(std::error_code error) {
    return error.category() == ftps::ftp_codec_category() && error.message() != "unknown";
}

/// Of parsers' answers: how many there were of each kind.
struct Answers {
    std::size_t commands = 0, refused_lines = 0, too_long = 0;
    std::size_t understood = 0;  // arguments, by any parser that can refuse
};

class ArgumentCheck {
  public:
    ArgumentCheck(std::string_view argument, Answers& answers)
        : argument_(argument), answers_(answers) {}

    void all() {
        endpoints();
        numbers();
        times();
        paths();
        facts();
        replies();
    }

  private:
    template <class T>
    bool understood(const consign::Result<T>& result) {
        if (!result) require(is_ours(result.error()), "a refusal gives a reason of its own");
        answers_.understood += result ? 1U : 0U;
        return result.has_value();
    }

    void endpoints() {
        if (const auto port = ftps::parse_port(argument_); understood(port)) {
            require(port->port != 0 && port->address.is_v4(), "PORT is of IPv4");
            std::string text = ftps::passive_reply_text(port->address.to_v4(), port->port);
            text = text.substr(text.find('(') + 1);
            text.resize(text.find(')'));
            require(ftps::parse_port(text) == port, "what PASV says, PORT understands");
        }
        if (const auto eprt = ftps::parse_eprt(argument_); understood(eprt)) {
            const std::string text = std::string(eprt->address.is_v4() ? "|1|" : "|2|") +
                                     eprt->address.to_string() + "|" + std::to_string(eprt->port) +
                                     "|";
            require(eprt->port != 0 && ftps::parse_eprt(text) == eprt, "EPRT can be said again");
        }
        if (const auto epsv = ftps::parse_epsv(argument_); understood(epsv))
            require(argument_.size() <= 3, "EPSV is short");
        if (ftps::is_host_argument(argument_))
            require(argument_.starts_with('[') || argument_.size() <= 254, "a domain is bounded");
    }

    void numbers() {
        constexpr std::uint64_t limit = 0x7fff'ffff'ffff'ffff;
        if (const auto position = ftps::parse_restart(argument_); understood(position))
            require(*position <= limit, "REST is bounded");
        if (const auto bytes = ftps::parse_allocation(argument_); understood(bytes))
            require(*bytes <= limit, "ALLO is bounded");
        if (const auto range = ftps::parse_range(argument_); understood(range) && *range)
            require((*range)->first <= (*range)->last && (*range)->last < limit,
                    "RANG is in order, and bounded");
    }

    void times() {
        if (const auto time = ftps::parse_time_val(argument_))
            require(ftps::format_time_val(*time) == argument_.substr(0, 14),
                    "a time is written as it was read");
        if (const auto mfmt = ftps::parse_mfmt(argument_); understood(mfmt))
            require(!mfmt->path.empty() && argument_.ends_with(mfmt->path), "MFMT ends in a path");
        const auto mdtm = ftps::parse_mdtm(argument_);
        require(mdtm.modified ? argument_.ends_with(mdtm.path) : mdtm.path == argument_,
                "MDTM ends in a path, or is one");
        if (const auto mff = ftps::parse_mff(argument_); understood(mff))
            require(!mff->path.empty() && argument_.ends_with(mff->path), "MFF ends in a path");
        if (const auto utime = ftps::parse_site_utime(argument_); understood(utime))
            require(!utime->path.empty() && argument_.contains(utime->path), "UTIME has a path");
    }

    void paths() {
        const auto list = ftps::parse_list_arguments(argument_);
        require(argument_.ends_with(list.path), "LIST ends in a path");
        if (const auto hash = ftps::parse_hash_argument(argument_); understood(hash)) {
            require(!hash->path.empty() && hash->path.size() <= argument_.size(),
                    "a hash is of a path");
            require(hash->start.has_value() == hash->end.has_value() &&
                        (!hash->start || *hash->start <= *hash->end),
                    "a range is whole, and in order");
            require(
                ftps::parse_hash_argument(ftps::quoted_path(hash->path)).value().path == hash->path,
                "a path in quotes is the path");
        }
    }

    void facts() {
        const auto selection = ftps::parse_fact_selection(argument_);
        const std::string names = ftps::facts_options_reply(selection).substr(9);
        require(ftps::parse_fact_selection(names.empty() ? "" : names.substr(1)) == selection,
                "a selection can be said again");
        if (const auto* const hash = ftps::find_hash(argument_))
            require(ftps::hash_feature(*hash).contains('*'), "a chosen hash has its star");
    }

    void replies() {
        const auto ends = [](std::string_view text) { return std::ranges::count(text, '\n'); };
        const std::string one = ftps::reply(550, argument_);
        require(one.ends_with("\r\n") && ends(one) == 1, "a reply is one line");
        const std::array<std::string, 2> lines{std::string(argument_), std::string(argument_)};
        const std::string many = ftps::reply_lines(211, argument_, lines, argument_);
        require(many.ends_with("\r\n") && ends(many) == 4 && std::ranges::count(many, '\r') == 4 &&
                    !many.contains('\0'),
                "a reply has the lines that it was given");
    }

    std::string_view argument_;
    Answers& answers_;
};

/// Runs every parser over what may be anybody's argument.
inline void check_argument(std::string_view argument, Answers& answers) {
    // In memory of exactly its size, so that a read past its end is seen.
    const std::vector<char> exact(argument.begin(), argument.end());
    ArgumentCheck({exact.data(), exact.size()}, answers).all();
}

/// A command or the reason why there is none.
struct Line {
    std::string verb, argument;
    std::error_code why_not;

    bool operator==(const Line&) const = default;
};

inline void drain(ftps::CommandReader& reader, std::vector<Line>& into) {
    while (auto command = reader.next()) {
        if (*command)
            into.push_back({(*command)->verb, (*command)->argument, {}});
        else
            into.push_back({{}, {}, command->error()});
    }
    require(reader.waiting_bytes() <= ftps::CommandReader::line_limit_bytes + 3,
            "what is kept of a line is bounded");
}

inline void check_line(const Line& line, Answers& answers) {
    if (line.why_not) {
        require(is_ours(line.why_not), "a refusal gives a reason of its own");
        ++(line.why_not == ftps::ftp_codec_errc::line_too_long ? answers.too_long
                                                               : answers.refused_lines);
        return;
    }
    ++answers.commands;
    require(line.verb.size() + line.argument.size() <= ftps::CommandReader::line_limit_bytes,
            "a line is bounded");
    require(!line.verb.empty() && std::ranges::all_of(line.verb,
                                                      [](char byte) {
                                                          return (byte >= 'A' && byte <= 'Z') ||
                                                                 (byte >= '0' && byte <= '9');
                                                      }),
            "a verb is in upper case");
    require(!line.argument.contains('\n') && !line.argument.contains('\0') &&
                !line.argument.ends_with('\r'),
            "an argument does not hold the end of its line");
    check_argument(line.argument, answers);
}

/// Reads `stream` whole and then in pieces of `next_piece()` bytes, which must come to the same.
template <class NextPiece>
Answers check_stream(ByteView stream, NextPiece next_piece) {
    const auto ends = std::ranges::count(stream, std::uint8_t{'\n'});
    std::vector<Line> whole;
    ftps::CommandReader reader;
    reader.feed(stream);
    drain(reader, whole);
    require(whole.size() == static_cast<std::size_t>(ends), "each end of a line ends one");

    std::vector<Line> in_pieces;
    ftps::CommandReader piecewise;
    while (!stream.empty()) {
        const std::size_t size = std::clamp<std::size_t>(next_piece(), 1, stream.size());
        const std::vector<std::uint8_t> exact(stream.begin(),
                                              stream.begin() + static_cast<std::ptrdiff_t>(size));
        stream = stream.subspan(size);
        piecewise.feed(exact);
        drain(piecewise, in_pieces);
    }
    require(in_pieces == whole, "pieces give the lines of the whole");
    require(piecewise.waiting_bytes() == reader.waiting_bytes(), "and leave the same");

    Answers answers;
    for (const Line& line : whole) check_line(line, answers);
    return answers;
}

}  // namespace ftp_stream_check
