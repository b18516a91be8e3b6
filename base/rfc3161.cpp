#include "base/rfc3161.hpp"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <ctime>
#include <expected>
#include <limits>
#include <stdexcept>

namespace consign::rfc3161 {

namespace {

class Category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "timestamp"; }
    [[nodiscard]] std::string message(int code) const override {
        switch (static_cast<answer_errc>(code)) {
            case answer_errc::unreadable:
                return "the answer is no time stamp";
            case answer_errc::not_granted:
                return "the authority refused to stamp";
            case answer_errc::other_imprint:
                return "the time stamp is about something else";
            case answer_errc::other_nonce:
                return "the time stamp answers another query";
            case answer_errc::unsigned_answer:
                return "the time stamp's signature does not fit, or its certificate is not for "
                       "time stamping";
            case answer_errc::untrusted:
                return "nobody who is trusted vouches for the time stamp's authority";
        }
        return "unknown time stamp error";
    }
};

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("OpenSSL refused: ") + what);
}

/// What OpenSSL found wrong with a peer's bytes must not be taken for the next caller's trouble.
struct ErrorsCleared {
    ErrorsCleared() = default;
    ErrorsCleared(const ErrorsCleared&) = delete;
    ErrorsCleared& operator=(const ErrorsCleared&) = delete;
    ~ErrorsCleared() { ERR_clear_error(); }
};

template <class T, void (*free)(T*)>
struct FreeWith {
    void operator()(T* object) const { free(object); }
};
using Request = std::unique_ptr<TS_REQ, FreeWith<TS_REQ, TS_REQ_free>>;
using Response = std::unique_ptr<TS_RESP, FreeWith<TS_RESP, TS_RESP_free>>;
using Imprint = std::unique_ptr<TS_MSG_IMPRINT, FreeWith<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free>>;
using Algorithm = std::unique_ptr<X509_ALGOR, FreeWith<X509_ALGOR, X509_ALGOR_free>>;
using Integer = std::unique_ptr<ASN1_INTEGER, FreeWith<ASN1_INTEGER, ASN1_INTEGER_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509, X509_free>>;
using MemoryFile = std::unique_ptr<BIO, FreeWith<BIO, BIO_free_all>>;
using TrustStore = std::unique_ptr<X509_STORE, FreeWith<X509_STORE, X509_STORE_free>>;
struct FreeSigners {
    void operator()(STACK_OF(X509) * signers) const { sk_X509_free(signers); }
};
using Signers = std::unique_ptr<STACK_OF(X509), FreeSigners>;

template <class Object, class Parse>
Object parsed(ByteView der, Parse parse) {
    if (der.size() > std::size_t{std::numeric_limits<int>::max()}) return nullptr;
    const std::uint8_t* at = der.data();
    Object object(parse(nullptr, &at, static_cast<long>(der.size())));
    if (object && at != der.data() + der.size()) return nullptr;
    return object;
}

Response granted(ByteView der, std::error_code& why) {
    why = answer_errc::unreadable;
    auto response = parsed<Response>(der, &d2i_TS_RESP);
    if (!response) return nullptr;
    const auto* const status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response.get()));
    const long said = ASN1_INTEGER_get(status);
    if (said != TS_STATUS_GRANTED && said != TS_STATUS_GRANTED_WITH_MODS) {
        why = answer_errc::not_granted;
        return nullptr;
    }
    const auto* const told = TS_RESP_get_tst_info(response.get());
    if (told == nullptr || TS_TST_INFO_get_version(told) != 1) return nullptr;
    return response;
}

std::optional<Timestamp> time_of(const ASN1_GENERALIZEDTIME* told) {
    std::tm parts{};
    if (told == nullptr || ASN1_TIME_to_tm(told, &parts) != 1) return std::nullopt;
    return Timestamp(std::chrono::seconds(::timegm(&parts)));
}

std::optional<Digest32> imprint_of(TS_TST_INFO* told) {
    TS_MSG_IMPRINT* const imprint = TS_TST_INFO_get_msg_imprint(told);
    const ASN1_OBJECT* algorithm = nullptr;
    X509_ALGOR_get0(&algorithm, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(imprint));
    const ASN1_OCTET_STRING* const message = TS_MSG_IMPRINT_get_msg(imprint);
    Digest32 digest{};
    if (OBJ_obj2nid(algorithm) != NID_sha256 ||
        static_cast<std::size_t>(ASN1_STRING_length(message)) != digest.size())
        return std::nullopt;
    std::copy_n(ASN1_STRING_get0_data(message), digest.size(), digest.begin());
    return digest;
}

std::string name_of(X509* certificate) {
    const MemoryFile file(BIO_new(BIO_s_mem()));
    require(file && X509_NAME_print_ex(file.get(), X509_get_subject_name(certificate), 0,
                                       XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0,
            "a certificate's name");
    char* text = nullptr;
    const long size = BIO_get_mem_data(file.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

/// The certificate in it whose key is said to have signed. Not looked at further.
X509* signer_in(PKCS7* token) {
    const Signers signers(PKCS7_get0_signers(token, nullptr, 0));
    return signers && sk_X509_num(signers.get()) == 1 ? sk_X509_value(signers.get(), 0) : nullptr;
}

Result<Answer> told_in(TS_RESP* response) {
    TS_TST_INFO* const told = TS_RESP_get_tst_info(response);
    const auto time = time_of(TS_TST_INFO_get_time(told));
    const auto imprint = imprint_of(told);
    X509* const signer = signer_in(TS_RESP_get_token(response));
    if (!time || !imprint || signer == nullptr) return failure(answer_errc::unreadable);
    return Answer{.time = *time, .imprint = *imprint, .authority = name_of(signer)};
}

/// The signature holds, the chain ends in `store`, and the certificate is for time stamping: RFC
/// 3161 section 2.3, and the certificate's own hash among the signed attributes.
bool is_signed(TS_RESP* response, X509_STORE* store, Timestamp as_of) {
    // Not to_time_t: its nanoseconds have no room for a year that a liar may name.
    const auto seconds = std::chrono::floor<std::chrono::seconds>(as_of).time_since_epoch();
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), seconds.count());
    X509* signer = nullptr;
    const int held = TS_RESP_verify_signature(TS_RESP_get_token(response), nullptr, store, &signer);
    X509_free(signer);
    return held == 1;
}

}  // namespace

std::error_code make_error_code(answer_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

Bytes query(const Digest32& imprint, RandomSource& random) {
    const ErrorsCleared cleared;
    const Request request(TS_REQ_new());
    const Imprint message(TS_MSG_IMPRINT_new());
    const Algorithm algorithm(X509_ALGOR_new());
    const Integer nonce(ASN1_INTEGER_new());
    // A positive number of 63 bits: some authorities read no larger one.
    auto bytes = random.array<8>();
    const std::uint64_t number = ByteReader(bytes).u64() >> 1;
    Digest32 copy = imprint;
    require(
        request && message && algorithm && nonce &&
            X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) &&
            TS_MSG_IMPRINT_set_algo(message.get(), algorithm.get()) &&
            TS_MSG_IMPRINT_set_msg(message.get(), copy.data(), static_cast<int>(copy.size())) &&
            ASN1_INTEGER_set_uint64(nonce.get(), number) && TS_REQ_set_version(request.get(), 1) &&
            TS_REQ_set_msg_imprint(request.get(), message.get()) &&
            TS_REQ_set_nonce(request.get(), nonce.get()) && TS_REQ_set_cert_req(request.get(), 1),
        "a time stamp query");
    std::uint8_t* der = nullptr;
    const int size = i2d_TS_REQ(request.get(), &der);
    require(size > 0, "a time stamp query");
    Bytes made(der, der + size);
    OPENSSL_free(der);
    return made;
}

Result<Answer> answer_to(ByteView asked, ByteView answer) {
    const ErrorsCleared cleared;
    const auto request = parsed<Request>(asked, &d2i_TS_REQ);
    require(request != nullptr, "our own time stamp query");
    std::error_code why;
    const auto response = granted(answer, why);
    if (!response) return failure(why);
    auto told = told_in(response.get());
    if (!told) return told;
    TS_TST_INFO* const info = TS_RESP_get_tst_info(response.get());
    const ASN1_OCTET_STRING* const wanted =
        TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(request.get()));
    if (!std::ranges::equal(told->imprint,
                            ByteView(ASN1_STRING_get0_data(wanted),
                                     static_cast<std::size_t>(ASN1_STRING_length(wanted)))))
        return failure(answer_errc::other_imprint);
    const ASN1_INTEGER* const nonce = TS_TST_INFO_get_nonce(info);
    if (nonce == nullptr || ASN1_INTEGER_cmp(nonce, TS_REQ_get_nonce(request.get())) != 0)
        return failure(answer_errc::other_nonce);
    // Whom to trust is not known here: the signer's own certificate ends the chain.
    const TrustStore itself(X509_STORE_new());
    require(itself &&
                X509_STORE_add_cert(itself.get(), signer_in(TS_RESP_get_token(response.get()))) &&
                X509_STORE_set_flags(itself.get(), X509_V_FLAG_PARTIAL_CHAIN),
            "a certificate");
    if (!is_signed(response.get(), itself.get(), told->time))
        return failure(answer_errc::unsigned_answer);
    return told;
}

Result<Answer> read(ByteView answer) {
    const ErrorsCleared cleared;
    std::error_code why;
    const auto response = granted(answer, why);
    if (!response) return failure(why);
    return told_in(response.get());
}

void Authorities::Free::operator()(x509_store_st* store) const {
    X509_STORE_free(store);
}

std::optional<Authorities> Authorities::from_pem(std::string_view pem) {
    const ErrorsCleared cleared;
    if (pem.empty() || pem.size() > std::size_t{std::numeric_limits<int>::max()})
        return std::nullopt;
    const MemoryFile file(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    Store store(X509_STORE_new());
    require(file && store, "memory");
    std::size_t count = 0;
    while (
        const Certificate certificate{PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr)}) {
        require(X509_STORE_add_cert(store.get(), certificate.get()) == 1, "a certificate");
        ++count;
    }
    const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (!ended || count == 0) return std::nullopt;
    return Authorities(std::move(store));
}

Result<Answer> Authorities::trusted(const Digest32& imprint, ByteView answer) {
    const ErrorsCleared cleared;
    std::error_code why;
    const auto response = granted(answer, why);
    if (!response) return failure(why);
    auto told = told_in(response.get());
    if (!told) return told;
    if (told->imprint != imprint) return failure(answer_errc::other_imprint);
    if (!is_signed(response.get(), store_.get(), told->time))
        return failure(answer_errc::untrusted);
    return told;
}

}  // namespace consign::rfc3161
