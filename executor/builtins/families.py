"""Which module of executor.builtins has which function names. Made by tools/list_builtins.py; do not edit."""

FAMILIES: dict[str, str] = {
    "advisory": (
        "pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all "
        "pg_advisory_unlock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock "
        "pg_try_advisory_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared "
    ),
    "aggregate": (
        "any_value array_agg bit_and bit_or bit_xor bool_and bool_or count every max min string_agg "
    ),
    "aggregate_float": (
        "avg corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx "
        "regr_sxy regr_syy stddev stddev_pop stddev_samp sum var_pop var_samp variance "
    ),
    "aggregate_hypothetical": (
        "cume_dist dense_rank percent_rank rank "
    ),
    "aggregate_numeric": (
        "avg stddev stddev_pop stddev_samp sum var_pop var_samp variance "
    ),
    "aggregate_ordered": (
        "mode percentile_cont percentile_disc "
    ),
    "array": (
        "array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position "
        "array_positions array_prepend array_remove array_replace array_reverse array_sort array_to_string "
        "array_upper arraycontained arraycontains arrayoverlap cardinality generate_subscripts trim_array unnest "
        "width_bucket "
    ),
    "bits": (
        "bit bit_and bit_count bit_length bit_or bit_xor bitand bitcat bitcmp biteq bitge bitgt bitle bitlt bitne "
        "bitnot bitor bitshiftleft bitshiftright bitxor get_bit int4 int8 length octet_length overlay position "
        "set_bit substring varbit varbitcmp varbiteq varbitge varbitgt varbitle varbitlt varbitne "
    ),
    "boolean": (
        "bool int4 "
    ),
    "bytea": (
        "bit_count bit_length btrim bytea byteacat byteacmp crc32 crc32c get_bit get_byte int2 int4 int8 length "
        "ltrim md5 octet_length overlay position reverse rtrim set_bit set_byte sha224 sha256 sha384 sha512 substr "
        "substring "
    ),
    "catalog_lookup": (
        "_pg_expandarray col_description obj_description pg_collation_is_visible pg_column_is_updatable "
        "pg_conversion_is_visible pg_describe_object pg_function_is_visible pg_get_publication_tables "
        "pg_get_replica_identity_index pg_get_sequence_data pg_get_serial_sequence pg_is_other_temp_schema "
        "pg_my_temp_schema pg_opclass_is_visible pg_operator_is_visible pg_opfamily_is_visible pg_options_to_table "
        "pg_relation_is_publishable pg_relation_is_updatable pg_sequence_last_value pg_sequence_parameters "
        "pg_statistics_obj_is_visible pg_table_is_visible pg_ts_config_is_visible pg_ts_dict_is_visible "
        "pg_ts_parser_is_visible pg_ts_template_is_visible pg_type_is_visible regclass row_security_active "
        "shobj_description to_regclass to_regcollation to_regnamespace to_regoper to_regoperator to_regproc "
        "to_regprocedure to_regrole to_regtype to_regtypemod "
    ),
    "catalog_text": (
        "format_type pg_basetype pg_get_constraintdef pg_get_expr pg_get_function_arg_default "
        "pg_get_function_arguments pg_get_function_identity_arguments pg_get_function_result "
        "pg_get_function_sqlbody pg_get_functiondef pg_get_indexdef pg_get_ruledef pg_get_statisticsobjdef "
        "pg_get_statisticsobjdef_columns pg_get_statisticsobjdef_expressions pg_get_triggerdef pg_get_userbyid "
        "pg_get_viewdef "
    ),
    "comparison": (
        "array_eq array_ge array_gt array_le array_lt array_ne booleq boolge boolgt boolle boollt boolne "
        "bpchar_pattern_ge bpchar_pattern_gt bpchar_pattern_le bpchar_pattern_lt bpchareq bpcharge bpchargt "
        "bpcharle bpcharlt bpcharne byteaeq byteage byteagt byteale bytealt byteane chareq charge chargt charle "
        "charlt charne cideq float48eq float48ge float48gt float48le float48lt float48ne float4eq float4ge "
        "float4gt float4le float4lt float4ne float84eq float84ge float84gt float84le float84lt float84ne float8eq "
        "float8ge float8gt float8le float8lt float8ne int24eq int24ge int24gt int24le int24lt int24ne int28eq "
        "int28ge int28gt int28le int28lt int28ne int2eq int2ge int2gt int2le int2lt int2ne int42eq int42ge int42gt "
        "int42le int42lt int42ne int48eq int48ge int48gt int48le int48lt int48ne int4eq int4ge int4gt int4le "
        "int4lt int4ne int82eq int82ge int82gt int82le int82lt int82ne int84eq int84ge int84gt int84le int84lt "
        "int84ne int8eq int8ge int8gt int8le int8lt int8ne jsonb_eq jsonb_ge jsonb_gt jsonb_le jsonb_lt jsonb_ne "
        "nameeq nameeqtext namege namegetext namegt namegttext namele nameletext namelt namelttext namene "
        "namenetext numeric_eq numeric_ge numeric_gt numeric_le numeric_lt numeric_ne oideq oidge oidgt oidle "
        "oidlt oidne oidvectoreq oidvectorge oidvectorgt oidvectorle oidvectorlt oidvectorne pg_lsn_eq pg_lsn_ge "
        "pg_lsn_gt pg_lsn_le pg_lsn_lt pg_lsn_ne text_ge text_gt text_le text_lt text_pattern_ge text_pattern_gt "
        "text_pattern_le text_pattern_lt texteq texteqname textgename textgtname textlename textltname textne "
        "textnename tideq tidge tidgt tidle tidlt tidne uuid_eq uuid_ge uuid_gt uuid_le uuid_lt uuid_ne xid8eq "
        "xid8ge xid8gt xid8le xid8lt xid8ne xideq xideqint4 xidneq xidneqint4 "
    ),
    "datetime": (
        "clock_timestamp date datetime_pl datetimetz_pl isfinite now statement_timestamp time timedate_pl "
        "timeofday timestamp timestamptz timetz timetzdate_pl transaction_timestamp "
    ),
    "datetime_arithmetic": (
        "age date_add date_mi date_mi_interval date_mii date_pl_interval date_pli date_subtract integer_pl_date "
        "interval_pl_date interval_pl_time interval_pl_timetz time_mi_interval time_mi_time time_pl_interval "
        "timestamp_mi timestamptz_mi timetz_mi_interval timetz_pl_interval "
    ),
    "datetime_comparison": (
        "date_cmp date_cmp_timestamp date_cmp_timestamptz date_eq date_eq_timestamp date_eq_timestamptz date_ge "
        "date_ge_timestamp date_ge_timestamptz date_gt date_gt_timestamp date_gt_timestamptz date_larger date_le "
        "date_le_timestamp date_le_timestamptz date_lt date_lt_timestamp date_lt_timestamptz date_ne "
        "date_ne_timestamp date_ne_timestamptz date_smaller max min time_cmp time_eq time_ge time_gt time_larger "
        "time_le time_lt time_ne time_smaller timestamp_cmp timestamp_cmp_date timestamp_cmp_timestamptz "
        "timestamp_eq timestamp_eq_date timestamp_eq_timestamptz timestamp_ge timestamp_ge_date "
        "timestamp_ge_timestamptz timestamp_gt timestamp_gt_date timestamp_gt_timestamptz timestamp_larger "
        "timestamp_le timestamp_le_date timestamp_le_timestamptz timestamp_lt timestamp_lt_date "
        "timestamp_lt_timestamptz timestamp_ne timestamp_ne_date timestamp_ne_timestamptz timestamp_smaller "
        "timestamptz_cmp timestamptz_cmp_date timestamptz_cmp_timestamp timestamptz_eq timestamptz_eq_date "
        "timestamptz_eq_timestamp timestamptz_ge timestamptz_ge_date timestamptz_ge_timestamp timestamptz_gt "
        "timestamptz_gt_date timestamptz_gt_timestamp timestamptz_larger timestamptz_le timestamptz_le_date "
        "timestamptz_le_timestamp timestamptz_lt timestamptz_lt_date timestamptz_lt_timestamp timestamptz_ne "
        "timestamptz_ne_date timestamptz_ne_timestamp timestamptz_smaller timetz_cmp timetz_eq timetz_ge timetz_gt "
        "timetz_le timetz_lt timetz_ne "
    ),
    "datetime_fields": (
        "date_part extract "
    ),
    "datetime_format": (
        "to_char "
    ),
    "datetime_make": (
        "make_date make_time make_timestamp make_timestamptz to_timestamp "
    ),
    "datetime_periods": (
        "generate_series overlaps "
    ),
    "datetime_scan": (
        "to_date to_timestamp "
    ),
    "datetime_sums": (
        "interval_pl_timestamp interval_pl_timestamptz timestamp_mi_interval timestamp_pl_interval "
        "timestamptz_mi_interval timestamptz_pl_interval "
    ),
    "datetime_trunc": (
        "date_bin date_trunc "
    ),
    "encoding": (
        "convert convert_from convert_to decode encode length "
    ),
    "enum": (
        "enum_cmp enum_eq enum_first enum_ge enum_gt enum_larger enum_last enum_le enum_lt enum_ne enum_range "
        "enum_smaller max min "
    ),
    "float": (
        "abs ceil ceiling dround dtrunc float4 float48div float48mi float48mul float48pl float4abs float4div "
        "float4larger float4mi float4mul float4pl float4smaller float4um float4up float8 float84div float84mi "
        "float84mul float84pl float8abs float8div float8larger float8mi float8mul float8pl float8smaller float8um "
        "float8up floor int2 int4 int8 numeric round sign trunc width_bucket "
    ),
    "float_math": (
        "acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cbrt cos cosd cosh cot cotd dcbrt degrees "
        "dexp dlog1 dlog10 dpow dsqrt erf erfc exp ln log log10 pi pow power radians sin sind sinh sqrt tan tand "
        "tanh "
    ),
    "geometric": (
        "area bound_box box box_add box_center box_div box_mul box_sub center circle circle_add_pt circle_center "
        "circle_div_pt circle_mul_pt circle_sub_pt diagonal diameter height isclosed isopen length line lseg "
        "lseg_center lseg_length npoints path path_add path_add_pt path_div_pt path_length path_mul_pt "
        "path_npoints path_sub_pt pclose point point_add point_div point_mul point_sub poly_center poly_npoints "
        "polygon popen radius slope width "
    ),
    "geometric_position": (
        "box_above box_above_eq box_below box_below_eq box_eq box_ge box_gt box_le box_left box_lt box_overabove "
        "box_overbelow box_overleft box_overright box_right circle_above circle_below circle_eq circle_ge "
        "circle_gt circle_le circle_left circle_lt circle_ne circle_overabove circle_overbelow circle_overleft "
        "circle_overright circle_right ishorizontal isvertical lseg_ge lseg_gt lseg_horizontal lseg_le lseg_lt "
        "lseg_vertical path_n_eq path_n_ge path_n_gt path_n_le path_n_lt point_above point_below point_horiz "
        "point_left point_right point_vert poly_above poly_below poly_left poly_overabove poly_overbelow "
        "poly_overleft poly_overright poly_right "
    ),
    "geometric_relations": (
        "box_contain box_contain_pt box_contained box_distance box_intersect box_overlap box_same circle_contain "
        "circle_contain_pt circle_contained circle_distance circle_overlap circle_same close_ls close_lseg "
        "close_pb close_pl close_ps close_sb dist_bp dist_bs dist_cpoint dist_cpoly dist_lp dist_ls dist_pathp "
        "dist_pb dist_pc dist_pl dist_polyc dist_polyp dist_ppath dist_ppoly dist_ps dist_sb dist_sl dist_sp "
        "inter_lb inter_sb inter_sl ishorizontal isparallel isperp isvertical line_distance line_eq "
        "line_horizontal line_interpt line_intersect line_parallel line_perp line_vertical lseg_distance lseg_eq "
        "lseg_interpt lseg_intersect lseg_ne lseg_parallel lseg_perp on_pb on_pl on_ppath on_ps on_sb on_sl "
        "path_contain_pt path_distance path_inter point_distance point_eq point_ne poly_contain poly_contain_pt "
        "poly_contained poly_distance poly_overlap poly_same pt_contained_circle pt_contained_poly "
    ),
    "input_check": (
        "pg_input_error_info pg_input_is_valid "
    ),
    "integer": (
        "abs gcd generate_series int2 int24div int24mi int24mul int24pl int28div int28mi int28mul int28pl int2abs "
        "int2and int2div int2larger int2mi int2mod int2mul int2not int2or int2pl int2shl int2shr int2smaller "
        "int2um int2up int2xor int4 int42div int42mi int42mul int42pl int48div int48mi int48mul int48pl int4abs "
        "int4and int4div int4inc int4larger int4mi int4mod int4mul int4not int4or int4pl int4shl int4shr "
        "int4smaller int4um int4up int4xor int8 int82div int82mi int82mul int82pl int84div int84mi int84mul "
        "int84pl int8abs int8and int8dec int8div int8inc int8larger int8mi int8mod int8mul int8not int8or int8pl "
        "int8shl int8shr int8smaller int8um int8up int8xor lcm mod oid oidlarger oidsmaller to_bin to_hex to_oct "
        "xid "
    ),
    "interval": (
        "avg interval interval_cmp interval_div interval_eq interval_ge interval_gt interval_larger interval_le "
        "interval_lt interval_mi interval_mul interval_ne interval_pl interval_smaller interval_um isfinite "
        "justify_days justify_hours justify_interval make_interval max min mul_d_interval sum time timetz_larger "
        "timetz_smaller "
    ),
    "json_access": (
        "json_array_element json_array_element_text json_array_length json_extract_path json_extract_path_text "
        "json_object_field json_object_field_text json_typeof jsonb_array_element jsonb_array_element_text "
        "jsonb_array_length jsonb_contained jsonb_contains jsonb_exists jsonb_exists_all jsonb_exists_any "
        "jsonb_extract_path jsonb_extract_path_text jsonb_object_field jsonb_object_field_text jsonb_typeof "
    ),
    "json_build": (
        "array_to_json json_agg json_agg_strict json_build_array json_build_object json_object json_object_agg "
        "json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict jsonb_agg jsonb_agg_strict "
        "jsonb_build_array jsonb_build_object jsonb_object jsonb_object_agg jsonb_object_agg_strict "
        "jsonb_object_agg_unique jsonb_object_agg_unique_strict to_json to_jsonb "
    ),
    "json_change": (
        "bool float4 float8 int2 int4 int8 json_strip_nulls jsonb_cmp jsonb_concat jsonb_delete jsonb_delete_path "
        "jsonb_insert jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls numeric "
    ),
    "json_rows": (
        "json_populate_record json_populate_recordset json_to_record json_to_recordset jsonb_populate_record "
        "jsonb_populate_recordset jsonb_to_record jsonb_to_recordset "
    ),
    "json_sets": (
        "json_array_elements json_array_elements_text json_each json_each_text json_object_keys "
        "jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_each_text jsonb_object_keys "
    ),
    "jsonpath": (
        "jsonb_path_exists jsonb_path_exists_opr jsonb_path_exists_tz jsonb_path_match jsonb_path_match_opr "
        "jsonb_path_match_tz jsonb_path_query jsonb_path_query_array jsonb_path_query_array_tz "
        "jsonb_path_query_first jsonb_path_query_first_tz jsonb_path_query_tz "
    ),
    "like": (
        "bpchariclike bpcharicnlike bpcharlike bpcharnlike bytealike byteanlike like like_escape nameiclike "
        "nameicnlike namelike namenlike notlike texticlike texticnlike textlike textnlike "
    ),
    "macaddr": (
        "macaddr macaddr8 macaddr8_and macaddr8_cmp macaddr8_eq macaddr8_ge macaddr8_gt macaddr8_le macaddr8_lt "
        "macaddr8_ne macaddr8_not macaddr8_or macaddr8_set7bit macaddr_and macaddr_cmp macaddr_eq macaddr_ge "
        "macaddr_gt macaddr_le macaddr_lt macaddr_ne macaddr_not macaddr_or trunc "
    ),
    "money": (
        "cash_cmp cash_div_cash cash_div_flt4 cash_div_flt8 cash_div_int2 cash_div_int4 cash_div_int8 cash_eq "
        "cash_ge cash_gt cash_le cash_lt cash_mi cash_mul_flt4 cash_mul_flt8 cash_mul_int2 cash_mul_int4 "
        "cash_mul_int8 cash_ne cash_pl cash_words cashlarger cashsmaller flt4_mul_cash flt8_mul_cash int2_mul_cash "
        "int4_mul_cash int8_mul_cash max min money numeric sum "
    ),
    "multirange": (
        "datemultirange elem_contained_by_multirange int4multirange int8multirange isempty lower lower_inc "
        "lower_inf multirange multirange_adjacent_multirange multirange_adjacent_range multirange_after_multirange "
        "multirange_after_range multirange_before_multirange multirange_before_range multirange_cmp "
        "multirange_contained_by_multirange multirange_contained_by_range multirange_contains_elem "
        "multirange_contains_multirange multirange_contains_range multirange_eq multirange_ge multirange_gt "
        "multirange_intersect multirange_le multirange_lt multirange_minus multirange_ne "
        "multirange_overlaps_multirange multirange_overlaps_range multirange_overleft_multirange "
        "multirange_overleft_range multirange_overright_multirange multirange_overright_range multirange_union "
        "nummultirange range_adjacent_multirange range_after_multirange range_agg range_before_multirange "
        "range_contained_by_multirange range_contains_multirange range_intersect_agg range_merge "
        "range_overlaps_multirange range_overleft_multirange range_overright_multirange tsmultirange "
        "tstzmultirange unnest upper upper_inc upper_inf "
    ),
    "network": (
        "abbrev broadcast cidr family host hostmask inet_merge inet_same_family inetand inetmi inetmi_int8 inetnot "
        "inetor inetpl int8pl_inet masklen max min netmask network network_cmp network_eq network_ge network_gt "
        "network_larger network_le network_lt network_ne network_overlap network_smaller network_sub network_subeq "
        "network_sup network_supeq set_masklen text "
    ),
    "notification": (
        "pg_listening_channels pg_notification_queue_usage pg_notify "
    ),
    "number_format": (
        "to_char to_number "
    ),
    "numeric": (
        "abs ceil ceiling div factorial floor gcd generate_series int2 int4 int8 lcm min_scale mod numeric "
        "numeric_abs numeric_add numeric_cmp numeric_div numeric_div_trunc numeric_inc numeric_larger numeric_mod "
        "numeric_mul numeric_smaller numeric_sub numeric_uminus numeric_uplus round scale sign trim_scale trunc "
        "width_bucket "
    ),
    "numeric_math": (
        "exp ln log log10 numeric_exp numeric_ln numeric_log numeric_power numeric_sqrt pow power sqrt "
    ),
    "partitions": (
        "pg_get_partition_constraintdef pg_get_partkeydef pg_partition_ancestors pg_partition_root "
        "pg_partition_tree "
    ),
    "positions": (
        "numeric_pl_pg_lsn octet_length pg_lsn_mi pg_lsn_mii pg_lsn_pli pg_typeof "
    ),
    "privileges": (
        "acldefault aclexplode has_any_column_privilege has_column_privilege has_database_privilege "
        "has_foreign_data_wrapper_privilege has_function_privilege has_language_privilege has_parameter_privilege "
        "has_schema_privilege has_sequence_privilege has_server_privilege has_table_privilege "
        "has_tablespace_privilege has_type_privilege pg_has_role "
    ),
    "random": (
        "random random_normal setseed "
    ),
    "range": (
        "daterange daterange_canonical daterange_subdiff elem_contained_by_range int4range int4range_canonical "
        "int4range_subdiff int8range int8range_canonical int8range_subdiff isempty lower lower_inc lower_inf "
        "numrange numrange_subdiff range_adjacent range_after range_before range_cmp range_contained_by "
        "range_contains range_contains_elem range_eq range_ge range_gt range_intersect range_intersect_agg "
        "range_le range_lt range_merge range_minus range_ne range_overlaps range_overleft range_overright "
        "range_union tsrange tsrange_subdiff tstzrange tstzrange_subdiff upper upper_inc upper_inf "
    ),
    "record": (
        "btrecordcmp max min record_eq record_ge record_gt record_image_eq record_image_ge record_image_gt "
        "record_image_le record_image_lt record_image_ne record_larger record_le record_lt record_ne "
        "record_smaller "
    ),
    "regexp": (
        "bpcharicregexeq bpcharicregexne bpcharregexeq bpcharregexne nameicregexeq nameicregexne nameregexeq "
        "nameregexne regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace "
        "regexp_split_to_array regexp_split_to_table regexp_substr substring texticregexeq texticregexne "
        "textregexeq textregexne "
    ),
    "replication_origins": (
        "pg_replication_origin_advance pg_replication_origin_create pg_replication_origin_drop "
        "pg_replication_origin_oid pg_replication_origin_progress pg_replication_origin_session_is_setup "
        "pg_replication_origin_session_progress pg_replication_origin_session_reset "
        "pg_replication_origin_session_setup pg_replication_origin_xact_reset pg_replication_origin_xact_setup "
        "pg_show_replication_origin_status "
    ),
    "replication_slots": (
        "pg_copy_logical_replication_slot pg_copy_physical_replication_slot pg_create_logical_replication_slot "
        "pg_create_physical_replication_slot pg_drop_replication_slot pg_get_replication_slots "
        "pg_logical_slot_get_binary_changes pg_logical_slot_get_changes pg_logical_slot_peek_binary_changes "
        "pg_logical_slot_peek_changes pg_replication_slot_advance pg_stat_get_replication_slot "
        "pg_stat_reset_replication_slot "
    ),
    "replication_state": (
        "pg_control_recovery pg_control_system pg_create_restore_point pg_current_wal_flush_lsn "
        "pg_current_wal_insert_lsn pg_current_wal_lsn pg_get_wal_replay_pause_state pg_is_in_recovery "
        "pg_is_wal_replay_paused pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp "
        "pg_logical_emit_message pg_promote pg_split_walfile_name pg_stat_get_wal pg_stat_get_wal_receiver "
        "pg_stat_get_wal_senders pg_switch_wal pg_wal_lsn_diff pg_wal_replay_pause pg_wal_replay_resume "
        "pg_walfile_name pg_walfile_name_offset "
    ),
    "sequences": (
        "currval lastval nextval pg_sequence_last_value setval "
    ),
    "session_information": (
        "current_database current_schema current_schemas current_setting current_user getdatabaseencoding "
        "getpgusername inet_client_addr inet_client_port inet_server_addr inet_server_port pg_available_extensions "
        "pg_backend_pid pg_blocking_pids pg_char_to_encoding pg_client_encoding pg_collation_for pg_conf_load_time "
        "pg_current_xact_id pg_current_xact_id_if_assigned pg_cursor pg_encoding_to_char pg_get_keywords "
        "pg_isolation_test_session_is_blocked pg_jit_available pg_lock_status pg_ls_waldir "
        "pg_postmaster_start_time pg_prepared_statement pg_safe_snapshot_blocking_pids pg_show_all_settings "
        "pg_timezone_names pg_trigger_depth pgquill_metrics pgquill_wal_size session_user set_config system_user "
        "txid_current txid_current_if_assigned version "
    ),
    "signalling": (
        "pg_cancel_backend pg_reload_conf pg_sleep pg_terminate_backend "
    ),
    "similar": (
        "similar_escape similar_to_escape "
    ),
    "sizes": (
        "pg_database_size pg_indexes_size pg_relation_size pg_size_bytes pg_size_pretty pg_table_size "
        "pg_tablespace_location pg_tablespace_size pg_total_relation_size "
    ),
    "snapshots": (
        "pg_export_snapshot "
    ),
    "text": (
        "ascii bit_length bpchar bpcharcmp btrim casefold char char_length character_length chr initcap int4 "
        "is_normalized left length lower lpad ltrim name normalize octet_length overlay position repeat replace "
        "reverse right rpad rtrim split_part starts_with string_to_array string_to_table strpos substr substring "
        "text textcat textlen translate unistr upper varchar "
    ),
    "text_format": (
        "anytextcat concat concat_ws format num_nonnulls num_nulls parse_ident quote_ident quote_literal "
        "quote_nullable textanycat "
    ),
    "text_search": (
        "get_current_ts_config json_to_tsvector jsonb_to_tsvector phraseto_tsquery plainto_tsquery to_tsquery "
        "to_tsvector ts_debug ts_headline ts_lexize ts_match_tq ts_match_tt ts_parse ts_token_type "
        "websearch_to_tsquery "
    ),
    "text_search_rank": (
        "ts_rank ts_rank_cd "
    ),
    "tsquery": (
        "numnode querytree ts_match_qv ts_match_vq ts_rewrite tsq_mcontained tsq_mcontains tsquery_and tsquery_cmp "
        "tsquery_eq tsquery_ge tsquery_gt tsquery_le tsquery_lt tsquery_ne tsquery_not tsquery_or tsquery_phrase "
    ),
    "tsvector": (
        "array_to_tsvector length setweight strip ts_delete ts_filter tsvector_cmp tsvector_concat tsvector_eq "
        "tsvector_ge tsvector_gt tsvector_le tsvector_lt tsvector_ne tsvector_to_array unnest "
    ),
    "uuid": (
        "gen_random_uuid uuid_cmp uuid_extract_timestamp uuid_extract_version uuidv4 uuidv7 "
    ),
    "window": (
        "cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number "
    ),
    "xml": (
        "xml xml_is_well_formed xml_is_well_formed_content xml_is_well_formed_document xmlagg xmlcomment "
        "xmlconcat2 xmltext xmlvalidate "
    ),
    "xml_path": (
        "xmlexists xpath xpath_exists "
    ),
    "zones": (
        "timezone "
    ),
}
