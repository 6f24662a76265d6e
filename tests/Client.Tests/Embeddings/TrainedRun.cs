using LightlyCluster.Client.Tests.Commands;

namespace LightlyCluster.Client.Tests.Embeddings;

/// <summary>A folder with images and a short training run on them, made once for several tests.</summary>
public sealed class TrainedRun : IAsyncLifetime
{
    private readonly TestFolder _folder = new();

    /// <summary>A path in the folder.</summary>
    public string this[string name] => _folder[name];

    public string Images { get; private set; } = "";

    public string Run => _folder["run"];

    public string Embeddings => _folder["embeddings.csv"];

    public string Write(string name, string text) => _folder.Write(name, text);

    public async ValueTask InitializeAsync()
    {
        Images = _folder.Images();
        var train = await LightlyProgram.RunAsync(
            "train", "--data", Images, "--out", Run, "--backbone", "resnet-9", "--width", "0.0625", "--image-size", "32", "--batch-size", "16",
            "--steps", "3", "--workers", "1");
        train.ExitCode.ShouldBe(0, train.Errors);
        var embed = await LightlyProgram.RunAsync("embed", "--checkpoint", Run, "--out", Embeddings, "--workers", "1", "--block-images", "8");
        embed.ExitCode.ShouldBe(0, embed.Errors);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
