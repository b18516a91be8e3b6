#include <boost/test/unit_test.hpp>

#include "base/evp.hpp"

using namespace consign;

namespace {
SecretKey key_of(const char* hex) {
    const auto bytes = from_hex(hex);
    return SecretKey(std::span<const std::uint8_t>(*bytes).first<32>());
}
}  // namespace

BOOST_AUTO_TEST_SUITE(evp_door)

BOOST_AUTO_TEST_CASE(sha256_is_that_of_fips_180) {
    BOOST_TEST(to_hex(evp::sha256({as_bytes("a"), as_bytes("bc")})) ==
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

BOOST_AUTO_TEST_CASE(a_finished_digest_starts_afresh_and_copies_are_independent) {
    evp::Digest digest;
    digest.update(as_bytes("ab"));
    evp::Digest copy = digest;
    digest.update(as_bytes("c"));
    copy.update(as_bytes("x"));
    BOOST_TEST(to_hex(digest.finish()) ==
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    BOOST_TEST(to_hex(digest.finish()) ==
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    BOOST_TEST((copy.finish() != digest.finish()));
}

BOOST_AUTO_TEST_CASE(hmac_is_that_of_rfc_4231_case_2_with_a_padded_key) {
    SecretKey key;
    std::ranges::copy(as_bytes("Jefe"),
                      key.mutable_bytes().begin());  // HMAC pads a short key with zeros
    BOOST_TEST(
        to_hex(evp::hmac_sha256(key, {as_bytes("what do ya want "), as_bytes("for nothing?")})) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

BOOST_AUTO_TEST_CASE(gcm_opens_what_it_sealed_and_nothing_altered) {
    const auto key = key_of("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    evp::Gcm gcm(key);
    Bytes sealed(5);
    const evp::Nonce nonce{1, 2, 3};
    const auto tag = gcm.seal(nonce, as_bytes("about"), as_bytes("hello"), sealed);
    Bytes plain(5);
    BOOST_TEST(gcm.open(nonce, as_bytes("about"), sealed, tag, plain).has_value());
    BOOST_TEST(as_text(plain) == "hello");
    BOOST_TEST(
        (gcm.open(nonce, as_bytes("About"), sealed, tag, plain).error() == std::errc::bad_message));
    sealed[0] ^= 1;
    BOOST_TEST(
        (gcm.open(nonce, as_bytes("about"), sealed, tag, plain).error() == std::errc::bad_message));
    BOOST_TEST((plain == Bytes(5)));
}

BOOST_AUTO_TEST_CASE(a_wrapped_key_is_had_back_under_its_own_kek_alone) {
    const auto kek = key_of("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a85840df6e29b02af1");
    const auto key = key_of("c37b7e6492584340bed12207808941155068f738c37b7e6492584340bed12207");
    auto wrapped = evp::wrap_key(kek, key);
    const auto unwrapped = evp::unwrap_key(kek, wrapped);
    BOOST_REQUIRE(unwrapped.has_value());
    BOOST_TEST(to_hex(unwrapped->bytes()) == to_hex(key.bytes()));
    BOOST_TEST(!evp::unwrap_key(key, wrapped).has_value());
    wrapped[7] ^= 1;
    BOOST_TEST((evp::unwrap_key(kek, wrapped).error() == std::errc::bad_message));
}

BOOST_AUTO_TEST_CASE(base64_goes_both_ways) {
    for (const char* text : {"", "f", "fo", "foo", "foob"})
        BOOST_TEST(as_text(*evp::from_base64(evp::base64(as_bytes(text)))) == text);
    BOOST_TEST(!evp::from_base64("abc").has_value());
    BOOST_TEST(!evp::from_base64("a*bc").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
