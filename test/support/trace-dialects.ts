/** One small trace for each way in which profilers have written events. */

const kernelArgs =
	'"External id": 41,"queued": 0, "device": 0, "context": 1, "stream": 7, "correlation": 4294967301, "grid": [64, 1, 1], "block": [128,1,1]';

export const dialects: Readonly<Record<string, string>> = {
	"pretty, as Kineto writes it": `{
  "schemaVersion": 1,
  "deviceProperties": [
    {
      "id": 0, "name": "NVIDIA H100", "numSms": 132
    , "sharedMemPerBlockOptin": 232448
    }
  ],
  "distributedInfo": {"backend": "nccl", "rank": 3, "world_size": 8, "pg_count": 1, "pg_config": []},
  "displayTimeUnit": "ms",
  "baseTimeNanoseconds": 1719853884000000001,
  "traceEvents": [
  {
    "ph": "X", "cat": "cpu_op", "name": "aten::mm", "pid": 1375, "tid": 1738,
    "ts": 4212936100413.639, "dur": 18.380,
    "args": {
      "External id": 41,"Sequence number": 12, "Fwd thread id": 0, "Record function id": 1462, "Concrete Inputs": ["", "[5, 128]", "\\"}"], "Input type": ["float", "", "Scalar"], "Input Dims": [[5, 128], [], [[2], []]], "Ev Idx": 744
    }
  },
  {
    "ph": "X", "cat": "cuda_runtime", "name": "cudaLaunchKernel", "pid": 1375, "tid": 1738,
    "ts": 4212936100420.000, "dur": 5.000,
    "args": {
      "External id": 41, "cbid": 211, "correlation": 5
    }
  },
  {
    "ph": "s", "id": 5, "pid": 1375, "tid": 1738, "ts": 4212936100420.000,
    "cat": "ac2g", "name": "ac2g"
  },
  {
    "ph": "X", "cat": "kernel", "name": "void at::native::elementwise_kernel<128, 2, at::native::(anonymous namespace)::F >(int, F)", "pid": 0, "tid": 7,
    "ts": 4212936100430.5, "dur": 7.1,
    "args": { ${kernelArgs} }
  },
  {
    "ph": "f", "id": 5, "pid": 0, "tid": 7, "ts": 4212936100430.500,
    "cat": "ac2g", "name": "ac2g", "bp": "e"
  },
  {
    "ph": "s", "id": 9, "pid": 1375, "tid": 1738, "ts": 4212936100414.000, "cat": "fwdbwd", "name": "fwdbwd"
  },
  {
    "ph": "f", "id": 9, "pid": 1375, "tid": 99, "ts": 4212936100600.001, "cat": "fwdbwd", "name": "fwdbwd", "bp": "e"
  },
  {
    "name": "thread_name", "ph": "M", "ts": 4212936100000.000, "pid": 1375, "tid": 1738,
    "args": {
      "name": "thread 1738 (pt_autograd_0)"
    }
  },
  {
    "ph": "i", "cat": "cpu_instant_event", "s": "t", "name": "[memory]", "pid": 1375, "tid": 1738, "ts": 1.5,
    "args": { "Bytes": -512 }
  },
  {
    "name": "Record Window End", "ph": "i", "s": "g", "pid": "", "tid": "", "ts": 4212936120748.061
  },
  {
    "ph": "X", "cat": "Trace", "ts": 4212936054935.310, "dur": 63791.363, "pid": "Spans", "tid": "PyTorch Profiler", "name": "PyTorch Profiler (0)", "args": { "Op count": 0 }
  }
  ],
  "traceName": "rank3.json"
}`,
	"compact, args first, header last": `{"traceEvents":[{"args":{${kernelArgs}},"dur":3,"ts":1694128201427209,"tid":7,"pid":0,"name":"k","cat":"kernel","ph":"X"},{"name":"","cat":"gpu_memcpy","tid":24,"ph":"X","ts":1694128201427300,"pid":0,"args":{"bytes":"1048576","stream":24}},{"cat":"gpu_memset","ph":"X","pid":0,"tid":24,"ts":1694128201427301.25,"dur":0.5,"name":"Memset (Device)","args":{"bytes":512,"correlation":-1}}],"schemaVersion":1,"distributedInfo":{"rank":0}}`,
	"2021: a bare array with capitalised categories and quoted tids": `[
  {
    "ph": "X", "cat": "Operator",
    "name": "aten::empty", "pid": 68753, "tid": "3340707648",
    "ts": 1606911006996392, "dur": 10,
    "args": {
       "Input dims": [[], [64, 3]], "Input type": [], "Device": 0, "External id": 18719
    }
  },
  { "ph": "s", "id": 1, "pid": 68753, "tid": 3340707648, "ts": 1606911006996393, "cat": "async", "name": "launch" },
  { "ph": "X", "cat": "Runtime", "name": "cudaMemcpyAsync", "pid": 68753, "tid": 3340707648, "ts": 1606911006996394, "dur": 3681, "args": { "cbid": 41, "correlation": 106593, "external id": 18745, "external ts": 1606911007000537 } },
  { "ph": "X", "cat": "Kernel", "name": "k", "pid": 0, "tid": "stream 17", "ts": 1606911006986207, "dur": 1, "args": { "external id": 0, "correlation": 104417 } },
  { "ph": "X", "cat": "Memset", "name": "Memset (Device)", "pid": 0, "tid": "stream 17", "ts": 1606911006986300, "dur": 1, "args": { "stream": 18, "bytes": 589824 } }
]`,
	"autograd profiler: no categories": `[{"name": "aten::zeros", "ph": "X", "ts": 434.706, "dur": 3.7799999999997453, "tid": 1, "pid": "CPU functions", "args": {}}, {"name": "aten::empty", "ph": "X", "ts": 552.0225, "dur": 1.8149999999999409e0, "tid": 1, "pid": "CPU functions", "args": {}}]`,
	"synchronisation and collectives": `{"traceEvents": [
{"ph": "X", "cat": "cuda_sync", "name": "Stream Wait Event", "pid": 0, "tid": 20, "ts": 100.900, "dur": 1, "args": {"wait_on_stream": 7, "wait_on_cuda_event_record_corr_id": 2549, "wait_on_cuda_event_id": 300, "stream": 20, "correlation": 2550}},
{"ph": "X", "cat": "cuda_sync", "name": "Context Sync", "pid": 0, "tid": -1, "ts": 101, "dur": 1, "args": {"stream": 4294967295, "correlation": 2551}},
{"ph": "X", "cat": "cuda_sync", "name": "Stream Sync", "pid": 0, "tid": 1000007, "ts": 102, "dur": 1, "args": {"wait_on_stream": -1}},
{"ph": "X", "cat": "cpu_op", "name": "record_param_comms", "pid": 1, "tid": -549452224, "ts": 103, "dur": 1, "args": {"Collective name": "\\"allreduce\\"", "dtype": "BFloat16", "In msg nelems": 8388608, "Out msg nelems": "8388608", "Group size": 2, "Process Group Name": "\\"default_pg\\"", "Process Group Description": "TP", "Process Group Ranks": "[0, 1]", "Seq": 12, "Input Dims": []}},
{"ph": "X", "cat": "kernel", "name": "ncclDevKernel_SendRecv", "pid": 0, "tid": 20, "ts": 104, "dur": 1, "args": {"stream": 20, "Collective name": "send", "Process Group Name": "1", "Process Group Ranks": [0, 4], "Src Rank": 0, "Dst Rank": 4, "dtype": "Float"}},
{"ph": "X", "cat": "user_annotation", "name": "ProfilerStep#3", "pid": 1, "tid": -549452224, "ts": 90, "dur": 50},
{"ph": "X", "cat": "gpu_user_annotation", "name": "ProfilerStep#3", "pid": 0, "tid": 20, "ts": 95, "dur": 50, "args": {"External id": 1}},
{"ph": "X", "cat": "overhead", "name": "Buffer Flush", "pid": -1, "tid": 0, "ts": 99, "dur": 6.237},
{"ph": "X", "cat": "python_function", "name": "nn.Module: Embedding_0", "pid": 1, "tid": 1, "ts": 99, "dur": 6, "args": {"Python id": 1}},
{"ph": "X", "cat": "python_function", "name": "torch/nn/modules/module.py(1755): _call_impl", "pid": 1, "tid": 1, "ts": 98, "dur": 8, "args": {"Python id": 2}}
]}`,
	"numbers as other tools print them": `{"traceEvents": [
{"ph": "X", "cat": "cpu_op", "name": "exponent", "pid": 1, "tid": 1, "ts": 1.694128201427209e15, "dur": 1E-1},
{"ph": "X", "cat": "cpu_op", "name": "quoted", "pid": "1", "tid": "1", "ts": "1694128201427210.0004", "dur": "2.0006", "args": {"Sequence number": "7", "External id": "0x10", "correlation": null}},
{"ph": "X", "cat": "cpu_op", "name": "before the first", "pid": 1, "tid": 1, "ts": 1694128201427208, "dur": 0},
{"ph": "X", "cat": "cpu_op", "name": "negative", "pid": 1, "tid": 1, "ts": -1.0005, "dur": -3},
{"ph": "X", "cat": "cpu_op", "name": "many digits", "pid": 18446744073709551615, "tid": "007", "ts": 0001, "dur": 123456789.123456789},
{"ph": "X", "cat": "cpu_op", "name": "not a number", "pid": 1, "tid": 1, "ts": 5, "dur": NaN, "args": {"Sequence number": Infinity, "External id": -nan, "correlation": 12.6}},
{"ph": "X", "cat": "cpu_op", "name": "no time", "pid": 1, "tid": 1, "ts": NaN, "dur": 1},
{"ph": "X", "cat": "cpu_op", "name": "nor here", "pid": 1, "tid": 1, "dur": 1}
]}`
		.replace('"ts": 0001', '"ts": 1')
		.replace('"pid": 18446744073709551615', '"pid": "18446744073709551615"')
		.replace("-nan", "NaN"),
	"names with escapes, control characters and other alphabets": `{"traceEvents": [
{"ph": "X", "cat": "cpu_op", "name": "a\\"b\\\\c\\/d\\b\\f\\n\\r\\t\\u00e9\\u20ac\\ud83d\\ude00", "pid": 1, "tid": 1, "ts": 1, "dur": 1},
{"ph": "X", "cat": "cpu_op", "name": "plain é € 😀", "pid": 1, "tid": 1, "ts": 2, "dur": 1},
{"ph": "X", "cat": "cpu_op", "name": "raw\u0001\u001f\ttab", "pid": 1, "tid": 1, "ts": 3, "dur": 1},
{"ph": "X", "cat": "cpu_op", "name": "aten::\\u006dm", "pid": 1, "tid": "main \\"0\\"", "ts": 4, "dur": 1, "args": {"Call stack": "x\\\\", "weird": {"}": ["\\"]", {"a": "{"}]}}},
{"ph": "X", "cat": "cpu_op", "name": "aten::mm", "pid": 1, "tid": 1, "ts": 5, "dur": 1, "args": {"nested": [[[[{"b": [1, 2, "]"]}]]]], "External id": 3}}
]}`,
	"other accelerators": `{"traceEvents": [
{"ph": "X", "cat": "mtia_runtime", "name": "runFunction", "pid": 865, "tid": 1829, "ts": 1, "dur": 6.489, "args": {"correlation": 20400042, "stream_id": "108"}},
{"ph": "X", "cat": "mtia_ccp_events", "name": "event_record", "pid": 17, "tid": 3876, "ts": 2, "dur": 0.152, "args": {"correlation": 22200021, "stream": 111}},
{"ph": "X", "cat": "xpu_driver", "name": "zeCommandListAppendLaunchKernel", "pid": 1, "tid": 1, "ts": 3, "dur": 1, "args": {"correlation": 9}},
{"ph": "X", "cat": "never_heard_of", "name": "x", "pid": 1, "tid": 1, "ts": 3, "dur": 1},
{"ph": "X", "cat": "gpu_memset", "name": "Memset", "pid": 2, "tid": 0, "ts": 4, "dur": 5, "args": {"device": 2, "stream": 0, "correlation": 6303, "kind": "Device"}},
{"ph": "C", "name": "GPU 0 Utilization", "pid": 0, "ts": 5, "args": {"value": 1}}
]}`,
};
