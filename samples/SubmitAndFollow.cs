using LightlyCluster.Protocol.Connections;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Samples;

/// <summary>
/// Submits a job to a fleet and follows it: <c>dotnet run --project samples -- submit-and-follow --data /data/photos --server https://fleet:50051</c>.
/// </summary>
internal static class SubmitAndFollow
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        string Flag(string name, string otherwise) => Array.IndexOf(arguments, name) is var at && at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : otherwise;

        var settings = new ConnectionSettings
        {
            TokenFile = Environment.GetEnvironmentVariable("LIGHTLY_TOKEN_FILE") ?? "",
            TlsCa = Environment.GetEnvironmentVariable("LIGHTLY_TLS_CA") ?? "",
        };
        using var client = new LightlyClient(Flag("--server", "127.0.0.1:50051"), settings);
        try
        {
            var job = await client.CreateAsync("from-dotnet", Specify(Flag("--data", "images"), int.Parse(Flag("--steps", "100"))), CancellationToken.None);
            Console.WriteLine($"Submitted {job.Id}");
            await foreach (var happened in client.WatchAsync(job.Id, fromStep: 1, CancellationToken.None))
            {
                switch (happened.EventCase)
                {
                    case WatchTrainingJobResponse.EventOneofCase.Job:
                        job = happened.Job;
                        Console.WriteLine($"{job.State} {job.Message}");
                        break;
                    case WatchTrainingJobResponse.EventOneofCase.Step:
                        Console.WriteLine($"step {happened.Step.Step} of {job.StepsTotal}: loss {happened.Step.Loss:0.0000}");
                        break;
                    case WatchTrainingJobResponse.EventOneofCase.Log:
                        Console.WriteLine($"{happened.Log.Worker}: {happened.Log.Text}");
                        break;
                }
            }

            return job.State == TrainingJob.Types.State.Succeeded ? 0 : 1;
        }
        catch (CoordinatorException error)
        {
            // Every field that cannot be used, with what is allowed.
            foreach (var (field, description) in error.Violations)
            {
                await Console.Error.WriteLineAsync($"{field}: {description}");
            }

            await Console.Error.WriteLineAsync($"{error.StatusCode} {error.Reason}: {error.Message}");
            return 1;
        }
    }

    private static TrainingJobSpec Specify(string data, int steps) => new()
    {
        Data = new() { Path = data, ImageSize = 32 },
        Method = new() { Name = "simclr", Parameters = { ["temperature"] = 0.2 } },
        Backbone = new() { Name = "resnet-9", Width = 0.0625 },
        Train = new() { BatchSize = 16, Shards = 2, Steps = steps, Seed = 1 },
        Evaluate = new() { Knn = false },
    };
}
