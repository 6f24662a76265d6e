using LightlyCluster.Benchmarks;
using LightlyCluster.Benchmarks.Exchange;

const string Usage = """
    usage: benchmarks exchange [--values 11250000] [--rounds 60] [--wire WIRE] [--transport TRANSPORT] [--store redis|embedded] [--chunk VALUES] [--python FILE]
           benchmarks step [--data DIR] [--steps 12] [--store embedded|redis]
           benchmarks train [--rounds 3] [--steps 50] [--rows step,whole,workers] [--data DIR] [--lightly DIR]
           benchmarks local-step [--width 1] [--batch 64] [--shards V] [--threads 2] [--steps 8] [--precision fp32|bf16] [--recompute yes] [--roofline yes]
           benchmarks device [--device cpu|cuda] [--batch 64] [--width 1] [--size 32] [--steps 12] [--threads 1] [--images DIR]
           benchmarks nccl [--device cuda|cpu] [--megabytes 45]
           benchmarks sample [--samples 100000] [--threads N]
           benchmarks coverage [--steps 100] [--count 50] [--data A,B]
           benchmarks embed [--data ../shared/data/cifar10/test-000000.tar]
           benchmarks memory [--steps 500]
           benchmarks chaos [--faults 200] [--seed 1] [--minutes 40]
           benchmarks recovery [--kills 24] [--stops 6] [--absence 30]
           benchmarks scale [--workers 5000] [--seconds 20]
           benchmarks load [--watchers 200] [--queued 1000] [--rate 500] [--seconds 10] [--store embedded|redis]
           benchmarks telemetry [--calls 20000] [--rounds 3]
           benchmarks augment [--sizes 32,128,224] [--images 300] [--rounds 5] [--data DIR] [--lightly DIR]
           benchmarks bank [--rounds 5] [--lightly DIR]
           benchmarks quality [--methods simclr,moco,simsiam,barlow-twins] [--seeds 0,1,2] [--data ../shared/data/cifar10] [--precision fp32]
           benchmarks report [--only bank,augment,...] [--out docs/benchmark-report.md] [--lightly DIR]

    exchange  median time to add up one vector between two workers, by transport, wire format and store (all of them unless one is named), and
              the same with PyTorch's gloo where Python has torch; --chunk: values in a chunk instead of the format's own
    step      where the time of a training step goes: resnet-18, width 1, batch 128, 32 pixels, two workers of one thread
    train     images/s of a step (with its share of the machine's measured peak), of whole training from JPEG shards and of 1 and 2 workers,
              time to the first step, in turn with lightly itself where it is installed
    local-step  one step in this process without a fleet, as JSON: speed, processor time, allocation, resident size; --roofline: what the
              machine reaches with the step's convolutions alone
    device    whether a device computes as a worker needs it (bf16, the same bits twice), and SimCLR steps with resnet-18 on images that lie
              on it already, in images/s; deploy/gpu/check runs it beside PyTorch
    nccl      whether the transport nccl works on this machine with one rank: library, version, communicator, bytes sent to itself, abort
    sample    time of choosing a coreset, by samples, numbers of an embedding, chosen samples and threads
    coverage  what 50 samples of a coreset cover, against random choice, after a short training on clothing and CIFAR-10
    embed     images a second with one and two workers, resnet-18 of width 0.25, and with the Python library lightly where it is installed
    memory    resident size of every process at step 50 and at the end of a long run
    chaos     a tiny job under random kill -9, SIGSTOP, SIGTERM, joins, kills of the coordinator, META and DATA; exit code 1 unless the state
              equals that of an undisturbed worker and no sample is lost or repeated
    recovery  time from kill -9 and SIGSTOP to the next commit, of a join, commits without a coordinator, cost when nobody dies
    scale     the coordinator with thousands of simulated workers: connect rate, memory of a stream, CPU, time to tell all a generation
    load      many watchers of a running job, a long queue, submits at a fixed rate: latency, memory, and whether anything was lost
    telemetry what metrics and traces cost a step: the calls alone, and a fleet with and without a receiver
    augment   views/s of the SimCLR preset on one thread from decoded images, in turn with lightly itself where it is installed
    bank      what the memory bank costs a MoCo step beside the exchange of keys, in turn with lightly's
    quality   what four methods learn of 10,000 images of CIFAR-10 in 15 epochs, trained by their recipes (two hours on 2 cores)
    report    every benchmark that has a peer, one after the other; writes a page of ratios (quality only when named)
    """;

return args switch
{
    ["exchange-worker", ..] => await ExchangeWorker.RunAsync(args[1..]),
    ["exchange", ..] => await ExchangeBenchmark.RunAsync(args[1..]),
    ["step", ..] => await StepBenchmark.RunAsync(args[1..]),
    ["local-step", ..] => LocalStep.Run(args[1..]),
    ["train", ..] => await TrainBenchmark.RunAsync(args[1..]),
    ["device", ..] => DeviceBenchmark.Run(args[1..]),
    ["nccl", ..] => await NcclBenchmark.RunAsync(args[1..]),
    ["chaos", ..] => await ChaosBenchmark.RunAsync(args[1..]),
    ["recovery", ..] => await RecoveryBenchmark.RunAsync(args[1..]),
    ["scale", ..] => await ScaleBenchmark.RunAsync(args[1..]),
    ["load", ..] => await LoadBenchmark.RunAsync(args[1..]),
    ["sample", ..] => SampleBenchmark.Run(args[1..]),
    ["coverage", ..] => await CoverageBenchmark.RunAsync(args[1..]),
    ["embed", ..] => await EmbedBenchmark.RunAsync(args[1..]),
    ["memory", ..] => await MemoryBenchmark.RunAsync(args[1..]),
    ["telemetry", ..] => await TelemetryBenchmark.RunAsync(args[1..]),
    ["augment", ..] => await AugmentBenchmark.RunAsync(args[1..]),
    ["bank", ..] => await BankBenchmark.RunAsync(args[1..]),
    ["quality", ..] => await QualityBenchmark.RunAsync(args[1..]),
    ["report", ..] => await ReportBenchmark.RunAsync(args[1..]),
    ["--help" or "-h"] => await ExplainAsync(),
    [var unknown, ..] => await FailAsync($"'{unknown}' is no benchmark; --help lists them."),
    _ => await FailAsync(Usage),
};

static async Task<int> ExplainAsync()
{
    await Console.Out.WriteLineAsync(Usage);
    return 0;
}

static async Task<int> FailAsync(string message)
{
    await Console.Error.WriteLineAsync(message);
    return 2;
}
