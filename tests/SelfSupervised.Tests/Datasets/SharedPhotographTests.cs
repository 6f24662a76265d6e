using LightlyCluster.SelfSupervised.Datasets;

namespace LightlyCluster.SelfSupervised.Tests.Datasets;

/// <summary>Real photographs; skipped where the folder of shared data is not there.</summary>
public sealed class SharedPhotographTests
{
    [Fact]
    public void Clothing_photographs_are_indexed_with_ten_classes_and_all_decode()
    {
        using var source = ImageSources.Open(Find("clothing"), "");

        source.Manifest.Count.ShouldBe(341);
        source.Manifest.ClassNames.Length.ShouldBe(10);
        source.Manifest.ClassNames.ShouldContain("t-shirt");
        for (var index = 0; index < source.Manifest.Count; index += 10)
        {
            source.Decode(index).Width.ShouldBeGreaterThan(100);
        }
    }

    [Fact]
    public void CIFAR_10_shards_are_one_data_set_of_50_000_images_with_distinct_names()
    {
        var folder = Find("cifar10");
        using var all = ImageSources.Open(folder, "tar");
        using var one = ImageSources.Open(Path.Combine(folder, "train-000000.tar"), "");

        all.Manifest.Count.ShouldBe(60_000);
        one.Manifest.Count.ShouldBe(5_000);
        one.Manifest.ClassNames.Length.ShouldBe(10);
        one.Decode(4_999).Height.ShouldBe(32);
    }

    private static string Find(string name)
    {
        var roots = new List<string?> { Environment.GetEnvironmentVariable("LIGHTLY_SHARED") };
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LightlyCluster.sln")))
            {
                roots.Add(Path.Combine(folder.FullName, "..", "shared"));
            }
        }

        var found = roots.Select(root => Path.Combine(root ?? "", "data", name)).FirstOrDefault(Directory.Exists);
        Assert.SkipWhen(found is null, "The folder of shared data is not here; set LIGHTLY_SHARED to it.");
        return found!;
    }
}
