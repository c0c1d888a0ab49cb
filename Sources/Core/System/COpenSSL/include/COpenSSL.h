#ifndef OBHUT_COPENSSL_H
#define OBHUT_COPENSSL_H

// OpenSSL's CMS and RFC 3161 for Swift. Much of OpenSSL's interface is macros, variadic functions and callbacks that
// Swift cannot use; here is one function for each thing that Signing needs of them. None keeps what it is given.

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdint.h>

#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "OpenSSL 3.0 or newer is needed: CMS_CADES when verifying, EVP_PKEY_Q_keygen"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// A BIO that reads `length` bytes where they are: they must outlive it. Null when they are too many for OpenSSL.
BIO *obhut_reader(const void *bytes, size_t length);
/// What was written to a memory BIO; belongs to the BIO.
size_t obhut_written(BIO *bio, const unsigned char **bytes);

/// The next certificate of a PEM text. Never asks for a passphrase, on a terminal least of all.
X509 *obhut_read_certificate(BIO *bio);
/// The first private key of a PEM text. `passphrase` may be null; `was_asked` says whether one was needed.
EVP_PKEY *obhut_read_private_key(BIO *bio, const void *passphrase, size_t length, int *was_asked);
/// PKCS#8, encrypted with AES-256 unless `passphrase` is null.
int obhut_write_private_key(BIO *bio, const EVP_PKEY *key, const void *passphrase, size_t length);
EVP_PKEY *obhut_make_p256_key(void);

/// Adds an extension that is written as in OpenSSL's configuration files; the certificate is its own issuer.
int obhut_add_extension(X509 *certificate, int nid, const char *value);
/// The name as RFC 2253 writes it, most specific part first, in UTF-8.
int obhut_write_name(BIO *bio, const X509_NAME *name);
/// Seconds since 1970; 0 is returned when the time cannot be read.
int obhut_seconds(const ASN1_TIME *time, int64_t *seconds);

STACK_OF(X509) *obhut_certificates_new(void);
void obhut_certificates_free(STACK_OF(X509) *certificates);

/// How many signed the message; negative when it is not signed data.
int obhut_signer_count(CMS_ContentInfo *message);
/// The first signer; belongs to the message.
CMS_SignerInfo *obhut_signer(CMS_ContentInfo *message);
/// Whether the digests that the message names can be taken. CMS_verify of OpenSSL 3.0 loses memory when they cannot.
int obhut_can_digest(CMS_ContentInfo *message, BIO *content);
/// The certificate that was found for the signer, or null; belongs to the message.
X509 *obhut_signer_certificate(CMS_SignerInfo *signer);
/// The NID of the signer's digest.
int obhut_signer_digest(CMS_SignerInfo *signer);
int obhut_set_signing_time(CMS_SignerInfo *signer, int64_t seconds);
/// The signed attribute, or null when it is missing, there twice or not a time.
const ASN1_TIME *obhut_signing_time(CMS_SignerInfo *signer);
int obhut_add_timestamp(CMS_SignerInfo *signer, const unsigned char *token, size_t length);
/// The unsigned attribute id-aa-timeStampToken (RFC 3161, Appendix A): 1 there, 0 not there, -1 unreadable.
int obhut_timestamp(CMS_SignerInfo *signer, const unsigned char **token, size_t *length);

/// A request for a timestamp over a SHA-256 digest. With `nonce` null it has none and only serves for verifying.
TS_REQ *obhut_timestamp_request(const unsigned char digest[32], const uint64_t *nonce);
/// The certificate within a token that signed it; free it. Null when there is none, or more signers than one.
X509 *obhut_token_certificate(PKCS7 *token);
/// What a token asserts; free it.
TS_TST_INFO *obhut_token_info(PKCS7 *token);

#ifdef __cplusplus
}
#endif
#endif
