#include "protocols/sftp/key_blob.hpp"

#include <bit>

namespace consign::ssh {

std::size_t rsa_modulus_bits(ByteView blob) {
    ByteReader reader(blob);
    const auto type = as_text(reader.string());
    if (type == "ssh-rsa-cert-v01@openssh.com")
        reader.string();  // nonce
    else if (type != "ssh-rsa")
        return 0;
    reader.string();  // public exponent
    auto modulus = reader.string();
    if (reader.failed()) return 0;
    while (!modulus.empty() && modulus.front() == 0) modulus = modulus.subspan(1);
    if (modulus.empty()) return 0;
    return modulus.size() * 8 - static_cast<std::size_t>(std::countl_zero(modulus.front()));
}

}  // namespace consign::ssh
