// The one door to OpenSSL's time stamping (RFC 3161): a query for an authority, and what its answer
// is worth. Pure. What peers send is judged, never believed; whatever else OpenSSL refuses is a bug
// or an empty memory, and throws.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"

struct x509_store_st;

namespace consign::rfc3161 {

enum class answer_errc {
    unreadable = 1,   // no TimeStampResp in DER, or more than that
    not_granted,      // the authority refused
    other_imprint,    // it is about something else than was asked
    other_nonce,      // it answers another query
    unsigned_answer,  // its signature is not that of the certificate in it, or that is not for time
                      // stamping
    untrusted,        // nobody who is trusted vouches for the authority, as of the answer's time
};
[[nodiscard]] std::error_code make_error_code(answer_errc code);

/// A TimeStampReq, DER: the authority is to stamp `imprint` (SHA-256), and to enclose its
/// certificate. The nonce is random: an answer of another day does not pass for this one's.
[[nodiscard]] Bytes query(const Digest32& imprint, RandomSource& random);

/// What an answer says; by whose word, is for trusted().
struct Answer {
    Timestamp time{};
    Digest32 imprint{};
    std::string authority{};  // the subject of the signer's certificate, RFC 2253
};

/// The answer to this query, as far as it can be known without trusting anybody: granted, of the
/// same imprint and nonce, signed by the certificate that is in it, which is for time stamping, and
/// valid at the time that it tells. Any answer_errc but untrusted.
[[nodiscard]] Result<Answer> answer_to(ByteView query, ByteView answer);
/// Without its query: granted, and readable. Whether the signature holds is not asked.
[[nodiscard]] Result<Answer> read(ByteView answer);

/// Certificates that somebody trusts. One thread at a time.
class Authorities {
  public:
    /// Nothing where `pem` is not one certificate or more.
    [[nodiscard]] static std::optional<Authorities> from_pem(std::string_view pem);

    /// The answer over `imprint`, where one of these vouches for who signed it, as of the time that
    /// it tells: a certificate that has run out since was good then.
    [[nodiscard]] Result<Answer> trusted(const Digest32& imprint, ByteView answer);

  private:
    struct Free {
        void operator()(x509_store_st* store) const;
    };
    using Store = std::unique_ptr<x509_store_st, Free>;
    explicit Authorities(Store store) : store_(std::move(store)) {}

    Store store_;
};

}  // namespace consign::rfc3161

template <>
struct std::is_error_code_enum<consign::rfc3161::answer_errc> : std::true_type {};
