// What an FTP server says, read. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace consign::delivery {

struct FtpAnswer {
    int code = 0;
    std::vector<std::string> lines;  // without their ends; the first and the last with their code
};

/// Lines, as they come, to answers: RFC 959, section 4.2.
class FtpAnswers {
  public:
    /// Of all that come, the last `kept`.
    explicit FtpAnswers(std::size_t kept = 1) : kept_(kept) {}
    void add(std::string_view line);
    /// The last that is whole; code 0 where none is.
    [[nodiscard]] FtpAnswer last() const { return whole_.empty() ? FtpAnswer() : whole_.back(); }
    /// The last that are whole, in order.
    [[nodiscard]] const std::deque<FtpAnswer>& whole() const { return whole_; }

  private:
    void keep(FtpAnswer answer);

    std::size_t kept_;
    std::deque<FtpAnswer> whole_;
    FtpAnswer coming_;
};

/// A 550 stands for many things; its words tell that there is no such name.
[[nodiscard]] bool says_not_there(const FtpAnswer& answer);
/// To CWD, where a folder may be missing: vsftpd's 550 says no more than that it failed. One that
/// speaks of permissions says that the folder is there.
[[nodiscard]] bool may_say_not_there(const FtpAnswer& answer);
/// To NLST, where the folder is there: some servers refuse to list an empty one, and say so or not.
[[nodiscard]] bool may_say_empty(const FtpAnswer& answer);
/// To EPSV or PASV: the port for a data connection.
[[nodiscard]] bool names_port(const FtpAnswer& answer);
/// The server does not have the command.
[[nodiscard]] bool says_unknown(const FtpAnswer& answer);

/// Of `213 1234`, the answer to SIZE; nothing where it is none.
[[nodiscard]] std::optional<std::uint64_t> size_in(const FtpAnswer& answer);
/// Of `213 20261124055959`, the answer to MDTM: seconds since 1970.
[[nodiscard]] std::optional<std::int64_t> time_in(const FtpAnswer& answer);

/// Of `257 "/in""quotes" is current`.
[[nodiscard]] std::optional<std::string> working_folder_in(const FtpAnswer& answer);

/// A line of MLST or MLSD (RFC 3659, section 7); nothing where it is none.
struct FtpFacts {
    std::string name;
    bool is_file = false;
    std::uint64_t size_bytes = 0;
    std::int64_t modified = 0;  // seconds since 1970; 0: not told
};
[[nodiscard]] std::optional<FtpFacts> facts_in(std::string_view line);

/// Of the answer to FEAT.
struct FtpFeatures {
    bool mlst = false;         // and MLSD with it
    bool hash_sha256 = false;  // HASH, with SHA-256
    bool xsha256 = false;
};
[[nodiscard]] FtpFeatures features_in(const FtpAnswer& answer);

/// The word of 64 hexadecimal digits in an answer that grants; nothing where there is none.
[[nodiscard]] std::optional<Digest32> digest_in(const FtpAnswer& answer);

}  // namespace consign::delivery
