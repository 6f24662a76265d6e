using LightlyCluster.Client.Tests.Commands;

namespace LightlyCluster.Client.Tests.Embeddings;

/// <summary>What a user gets wrong after training costs one clear line and exit code 2, and leaves nothing behind.</summary>
public sealed class EmbeddingBadInputTests(TrainedRun trained) : IClassFixture<TrainedRun>
{
    public static TheoryData<string, string> WrongCommands() => new()
    {
        { "embed --checkpoint RUN", "--out FILE" },
        { "embed --out F/x.csv", "--checkpoint" },
        { "embed --checkpoint F/none --out F/x.csv", "F/none" },
        { "embed --checkpoint IMAGES --out F/x.csv", "no trained run" },
        { "embed --checkpoint F/embeddings.csv --out F/x.csv", "no file of weights" },
        { "embed --checkpoint RUN --out F/x.txt", ".parquet" },
        { "embed --checkpoint RUN --out F/x.csv --format npy", ".npy" },
        { "embed --checkpoint RUN --out F/x.csv --format paquet", "parquet" },
        { "embed --checkpoint RUN --out F/none/x.csv", "does not exist" },
        { "embed --checkpoint RUN --out F/embeddings.csv", "--overwrite" },
        { "embed --checkpoint RUN --out F/x.csv --data F/none", "does not exist" },
        { "embed --checkpoint RUN --out F/x.csv --workers 65", "64" },
        { "embed --checkpoint RUN --out F/x.csv --head linear", "embed.head" },
        { "embed --checkpoint RUN --out F/x.csv --head conv", "embeddingDim=32" },
        { "embed --checkpoint RUN --out F/x.csv --pca 33", "--pca 32" },
        { "embed --checkpoint RUN --out F/x.csv --block-images 0", "blockImages" },
        { "embed --checkpoint RUN --out F/x.csv --on-error ignore", "onError" },
        { "embed --checkpoint RUN --out F/x.csv --width 0.5", "width" },
        { "sample F/none.csv --count 3 --out F/x.txt", "F/none.csv" },
        { "sample F/embeddings.csv --out F/x.txt", "--count" },
        { "sample F/embeddings.csv --count 0 --out F/x.txt", "from 1" },
        { "sample F/embeddings.csv --count 1.5 --out F/x.txt", "up to 1.0" },
        { "sample F/embeddings.csv --count 41 --out F/x.txt", "1 to 40" },
        { "sample F/embeddings.csv --min-distance 3 --out F/x.txt", "0 to 2" },
        { "sample F/embeddings.csv --count 3 --method corset --out F/x.txt", "coreset" },
        { "sample F/embeddings.csv --count 3 --method weighted --out F/x.txt", "--scores" },
        { "sample F/embeddings.csv --count 3 --preselected F/wrong.txt --out F/x.txt", "'nobody.png'" },
        { "sample F/embeddings.csv --count 3 --method weighted --scores F/wrong.txt --out F/x.txt", "name,score" },
        { "sample F/wrong.csv --count 3 --out F/x.txt", "line 3" },
        { "evaluate knn", "--checkpoint" },
        { "evaluate knn F/none.csv", "F/none.csv" },
        { "evaluate knn F/embeddings.csv --k 0", "at least 1" },
        { "evaluate knn F/embeddings.csv --checkpoint RUN", "keep one" },
        { "evaluate linear F/oneclass.csv", "one class" },
        { "export --checkpoint RUN", "--out FILE" },
        { "export --checkpoint RUN --out F/x.h5", ".onnx" },
        { "export --checkpoint F/cut.safetensors --out F/x.onnx", "F/cut.safetensors" },
        { "export --checkpoint F/plain.safetensors --out F/x.onnx", "--backbone" },
        { "preview --data F/none --out F/x.png", "does not exist" },
        { "preview --data IMAGES --out F/x.jpg", ".png" },
        { "preview --data IMAGES --count 0 --out F/x.png", "1 to 100" },
        { "preview --data IMAGES --set transforms.invariances.colour=false --out F/x.png", "color" },
        { "report F/none --out F/x.html", "F/none" },
        { "report IMAGES --out F/x.html", "no trained run" },
        { "report RUN --images 1 --out F/x.html", "2 to 5000" },
    };

    [Theory]
    [MemberData(nameof(WrongCommands))]
    public async Task A_mistake_is_named_with_what_to_do(string command, string expected)
    {
        trained.Write("wrong.txt", "nobody.png\nnobody else\n");
        trained.Write("wrong.csv", "filenames,embedding_0,labels\na,1,0\nb,one,0\n");
        trained.Write("oneclass.csv", "filenames,embedding_0,labels\na,1,0\nb,2,0\n");
        trained.Write("cut.safetensors", "\u0010\0\0\0\0\0\0\0{}");
        await File.WriteAllBytesAsync(trained["plain.safetensors"], [2, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}']);
        var folder = Path.GetDirectoryName(trained.Run)!;
        string Place(string text) => text.Replace("RUN", trained.Run, StringComparison.Ordinal).Replace("IMAGES", trained.Images, StringComparison.Ordinal)
            .Replace("F/", folder + "/", StringComparison.Ordinal);

        var run = await LightlyProgram.RunAsync([.. command.Split(' ').Select(Place)]);

        run.ExitCode.ShouldBe(2, run.Errors);
        run.Messages.ShouldNotBeEmpty();
        run.Errors.ShouldContain(Place(expected));
        run.Errors.ShouldNotContain("   at ");
        Directory.GetFileSystemEntries(folder, "x.*").ShouldBeEmpty();
        Directory.GetFileSystemEntries(folder, "*.partial").ShouldBeEmpty();
    }
}
