using LightlyCluster.Benchmarks;

const string Usage = """
    usage: benchmarks exchange [--values 11250000] [--rounds 30]
           benchmarks step [--data DIR] [--steps 12] [--store embedded|redis]
           benchmarks memory [--steps 500]
           benchmarks augment [--sizes 32,128,224] [--images 300] [--rounds 5] [--data DIR] [--lightly DIR]

    exchange  median time to add up one vector of float32 values between two workers, through redis-server and the embedded store
    step      where the time of a training step goes: resnet-18, width 1, batch 128, 32 pixels, two workers of one thread
    memory    resident size of every process at step 50 and at the end of a long run
    augment   views/s of the SimCLR preset on one thread from decoded images, in turn with lightly itself where it is installed
    """;

return args switch
{
    ["exchange-worker", ..] => await ExchangeWorker.RunAsync(args[1..]),
    ["exchange", ..] => await ExchangeBenchmark.RunAsync(args[1..]),
    ["step", ..] => await StepBenchmark.RunAsync(args[1..]),
    ["memory", ..] => await MemoryBenchmark.RunAsync(args[1..]),
    ["augment", ..] => await AugmentBenchmark.RunAsync(args[1..]),
    _ => await FailAsync(),
};

async Task<int> FailAsync()
{
    await Console.Error.WriteLineAsync(Usage);
    return 2;
}
