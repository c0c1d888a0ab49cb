-- Whether messages for a purpose are advertising (UWG § 7; Art. 13 of Directive 2002/58/EC). The word `marketing` always is, also where
-- no terms define it.
CREATE FUNCTION is_advertising(tenant uuid, word text) RETURNS boolean LANGUAGE sql STABLE AS $function$
    SELECT coalesce(word = 'marketing', false) OR coalesce(
        (SELECT (p.definition ->> 'advertising')::boolean
         FROM purposes p
         WHERE p.tenant_id = tenant AND p.purpose = word
         ORDER BY p.version DESC
         LIMIT 1), false)
$function$;
