#define _GNU_SOURCE
#include "COpenSSL.h"

#include <limits.h>
#include <string.h>
#include <time.h>

BIO *obhut_reader(const void *bytes, size_t length) {
    if (length > INT_MAX) return NULL;
    // An empty Swift array may have no address, which OpenSSL would not take.
    return BIO_new_mem_buf(length == 0 ? "" : bytes, (int)length);
}

size_t obhut_written(BIO *bio, const unsigned char **bytes) {
    char *start = NULL;
    long length = BIO_get_mem_data(bio, &start);
    *bytes = (const unsigned char *)start;
    return length > 0 && start != NULL ? (size_t)length : 0;
}

struct passphrase {
    const void *bytes;
    size_t length;
    int was_asked;
};

static int give_passphrase(char *buffer, int size, int is_writing, void *context) {
    (void)is_writing;
    struct passphrase *passphrase = context;
    passphrase->was_asked = 1;
    if (passphrase->bytes == NULL || size < 0 || passphrase->length > (size_t)size) return -1;
    memcpy(buffer, passphrase->bytes, passphrase->length);
    return (int)passphrase->length;
}

X509 *obhut_read_certificate(BIO *bio) {
    struct passphrase none = {NULL, 0, 0};
    return PEM_read_bio_X509(bio, NULL, give_passphrase, &none);
}

EVP_PKEY *obhut_read_private_key(BIO *bio, const void *passphrase, size_t length, int *was_asked) {
    struct passphrase given = {passphrase, length, 0};
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, &given);
    *was_asked = given.was_asked;
    return key;
}

int obhut_write_private_key(BIO *bio, const EVP_PKEY *key, const void *passphrase, size_t length) {
    if (passphrase == NULL) return PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    struct passphrase given = {passphrase, length, 0};
    return PEM_write_bio_PKCS8PrivateKey(bio, key, EVP_aes_256_cbc(), NULL, 0, give_passphrase, &given);
}

EVP_PKEY *obhut_make_p256_key(void) { return EVP_EC_gen("P-256"); }

int obhut_add_extension(X509 *certificate, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (extension == NULL) return 0;
    int done = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return done;
}

int obhut_write_name(BIO *bio, const X509_NAME *name) {
    return X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0;
}

int obhut_seconds(const ASN1_TIME *time, int64_t *seconds) {
    struct tm parts;
    if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1) return 0;
    *seconds = timegm(&parts);
    return 1;
}

STACK_OF(X509) *obhut_certificates_new(void) { return sk_X509_new_null(); }

void obhut_certificates_free(STACK_OF(X509) *certificates) { sk_X509_pop_free(certificates, X509_free); }

int obhut_signer_count(CMS_ContentInfo *message) {
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(message);
    return signers == NULL ? -1 : sk_CMS_SignerInfo_num(signers);
}

CMS_SignerInfo *obhut_signer(CMS_ContentInfo *message) {
    return sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(message), 0);
}

int obhut_can_digest(CMS_ContentInfo *message, BIO *content) {
    BIO *chain = CMS_dataInit(message, content);
    if (chain == NULL) return 0;
    // The content stands at the end, and is not ours to free.
    while (chain != NULL && chain != content) {
        BIO *next = BIO_pop(chain);
        BIO_free(chain);
        chain = next;
    }
    return 1;
}

X509 *obhut_signer_certificate(CMS_SignerInfo *signer) {
    X509 *certificate = NULL;
    CMS_SignerInfo_get0_algs(signer, NULL, &certificate, NULL, NULL);
    return certificate;
}

int obhut_signer_digest(CMS_SignerInfo *signer) {
    X509_ALGOR *digest = NULL;
    const ASN1_OBJECT *name = NULL;
    CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest, NULL);
    if (digest == NULL) return NID_undef;
    X509_ALGOR_get0(&name, NULL, NULL, digest);
    return OBJ_obj2nid(name);
}

int obhut_set_signing_time(CMS_SignerInfo *signer, int64_t seconds) {
    ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)seconds);
    if (time == NULL) return 0;
    int done = CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, time->type, time, -1);
    ASN1_TIME_free(time);
    return done;
}

const ASN1_TIME *obhut_signing_time(CMS_SignerInfo *signer) {
    int at = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1);
    if (at < 0 || CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, at) >= 0) return NULL;
    X509_ATTRIBUTE *attribute = CMS_signed_get_attr(signer, at);
    if (X509_ATTRIBUTE_count(attribute) != 1) return NULL;
    const ASN1_TYPE *value = X509_ATTRIBUTE_get0_type(attribute, 0);
    if (value == NULL || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME)) return NULL;
    return value->value.asn1_string;
}

int obhut_add_timestamp(CMS_SignerInfo *signer, const unsigned char *token, size_t length) {
    if (length > INT_MAX) return 0;
    return CMS_unsigned_add1_attr_by_NID(
        signer, NID_id_smime_aa_timeStampToken, V_ASN1_SEQUENCE, token, (int)length);
}

int obhut_timestamp(CMS_SignerInfo *signer, const unsigned char **token, size_t *length) {
    int at = CMS_unsigned_get_attr_by_NID(signer, NID_id_smime_aa_timeStampToken, -1);
    if (at < 0) return 0;
    X509_ATTRIBUTE *attribute = CMS_unsigned_get_attr(signer, at);
    if (X509_ATTRIBUTE_count(attribute) != 1) return -1;
    const ASN1_STRING *value = X509_ATTRIBUTE_get0_data(attribute, 0, V_ASN1_SEQUENCE, NULL);
    if (value == NULL) return -1;
    *token = ASN1_STRING_get0_data(value);
    *length = (size_t)ASN1_STRING_length(value);
    return 1;
}

static int fill_request(
    TS_REQ *request, TS_MSG_IMPRINT *imprint, X509_ALGOR *algorithm, ASN1_INTEGER *number,
    const unsigned char *digest, const uint64_t *nonce) {
    if (!X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL)) return 0;
    // The digest is copied.
    if (!TS_MSG_IMPRINT_set_algo(imprint, algorithm) || !TS_MSG_IMPRINT_set_msg(imprint, (unsigned char *)digest, 32))
        return 0;
    if (!TS_REQ_set_version(request, 1) || !TS_REQ_set_msg_imprint(request, imprint)) return 0;
    if (!TS_REQ_set_cert_req(request, 1)) return 0;
    return nonce == NULL || (ASN1_INTEGER_set_uint64(number, *nonce) && TS_REQ_set_nonce(request, number));
}

TS_REQ *obhut_timestamp_request(const unsigned char digest[32], const uint64_t *nonce) {
    TS_REQ *request = TS_REQ_new();
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *algorithm = X509_ALGOR_new();
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    int done = request != NULL && imprint != NULL && algorithm != NULL && number != NULL
        && fill_request(request, imprint, algorithm, number, digest, nonce);
    ASN1_INTEGER_free(number);
    X509_ALGOR_free(algorithm);
    TS_MSG_IMPRINT_free(imprint);
    if (done) return request;
    TS_REQ_free(request);
    return NULL;
}

X509 *obhut_token_certificate(PKCS7 *token) {
    if (!PKCS7_type_is_signed(token)) return NULL;
    STACK_OF(X509) *signers = PKCS7_get0_signers(token, NULL, 0);
    X509 *certificate = sk_X509_num(signers) == 1 ? sk_X509_value(signers, 0) : NULL;
    if (certificate != NULL && !X509_up_ref(certificate)) certificate = NULL;
    sk_X509_free(signers);
    return certificate;
}

TS_TST_INFO *obhut_token_info(PKCS7 *token) { return PKCS7_to_TS_TST_INFO(token); }
