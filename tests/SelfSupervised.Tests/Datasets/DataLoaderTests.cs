using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Transforms;
using SkiaSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Datasets;

public sealed class DataLoaderTests
{
    [Fact]
    public void The_page_s_snippets_work()
    {
        using var folder = MakeFolder(10);
        using var dataset = new LightlyDataset(folder.Path);
        var collateFunction = new SimCLRCollateFunction(inputSize: 128, gaussianBlur: 0);
        var loader = new DataLoader(dataset, batchSize: 4, collateFunction, shuffle: true, dropLast: true, seed: 1);
        var count = 0;
        foreach (var batch in loader)
        {
            using (batch)
            {
                var ((x0, x1), labels, names) = batch;

                x0.shape.ShouldBe([4, 3, 128, 128]);
                x1.shape.ShouldBe([4, 3, 128, 128]);
                labels.dtype.ShouldBe(ScalarType.Int64);
                names.Count.ShouldBe(4);
                count++;
            }
        }

        count.ShouldBe(2);
        loader.Count.ShouldBe(2);
        new SimCLRCollateFunction().Transforms.Count.ShouldBe(2);
    }

    [Fact]
    public void Every_image_comes_once_an_epoch_in_another_order_each_time()
    {
        using var folder = MakeFolder(10);
        using var dataset = LightlyDataset.FromFolder(folder.Path);
        var loader = new DataLoader(dataset, 3, new ImageCollateFunction(inputSize: 8), shuffle: true, seed: 5);

        var first = Names(loader);
        var second = Names(loader);

        first.Order(StringComparer.Ordinal).ShouldBe(dataset.GetFilenames());
        second.Order(StringComparer.Ordinal).ShouldBe(dataset.GetFilenames());
        second.ShouldNotBe(first);
        loader.Count.ShouldBe(4);
    }

    [Fact]
    public void A_second_loader_with_the_same_seed_yields_the_same_bits_and_can_start_at_any_epoch()
    {
        using var folder = MakeFolder(6);
        using var dataset = new LightlyDataset(folder.Path);
        var loader = new DataLoader(dataset, 3, new ImageCollateFunction(inputSize: 16), shuffle: true, seed: 5);
        var epochs = new[] { Bits(loader), Bits(loader), Bits(loader) };
        var late = new DataLoader(dataset, 3, new ImageCollateFunction(inputSize: 16), shuffle: true, seed: 5) { Epoch = 2 };

        Bits(late).ShouldBe(epochs[2]);
        epochs.Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void Without_shuffling_the_order_is_that_of_the_names_and_labels_follow()
    {
        using var folder = MakeFolder(5);
        using var dataset = new LightlyDataset(folder.Path);
        var loader = new DataLoader(dataset, 2, new MoCoCollateFunction(inputSize: 8));
        var labels = new List<long>();
        foreach (var batch in loader)
        {
            labels.AddRange(batch.Labels.data<long>().ToArray());
            batch.Dispose();
        }

        Names(loader).ShouldBe(dataset.GetFilenames());
        labels.ShouldBe([0, 0, 0, 1, 1]);
    }

    [Fact]
    public void A_collate_function_of_one_s_own_inherits_from_the_base()
    {
        using var folder = MakeFolder(4);
        using var dataset = new LightlyDataset(folder.Path);
        using var batch = new DataLoader(dataset, 4, new SatelliteCollateFunction()).First();

        batch.Views[0].shape.ShouldBe([4, 3, 12, 12]);
    }

    [Fact]
    public void Multi_crop_collates_give_views_of_both_sizes()
    {
        using var folder = MakeFolder(2);
        using var dataset = new LightlyDataset(folder.Path);
        ICollateFunction[] collates =
        [
            new SwaVCollateFunction(cropSizes: [32, 16]), new DINOCollateFunction(globalCropSize: 32, localCropSize: 16),
            new MultiCropCollateFunction([32, 16], [2, 6], [0.14, 0.05], [1, 0.14], new ViewTransformOptions()),
            new MultiViewCollateFunction(new DINOTransform(globalCropSize: 32, localCropSize: 16)),
        ];
        foreach (var collate in collates)
        {
            using var batch = new DataLoader(dataset, 2, collate).First();

            batch.Views.Select(view => view.shape[3]).ShouldBe([32, 32, 16, 16, 16, 16, 16, 16]);
            Should.Throw<InvalidOperationException>(() => batch.Deconstruct(out _, out _, out _)).Message.ShouldContain("8 views");
        }
    }

    [Fact]
    public void Mistakes_are_refused_early()
    {
        using var folder = MakeFolder(2);
        using var dataset = new LightlyDataset(folder.Path);

        Should.Throw<ArgumentOutOfRangeException>(() => new DataLoader(dataset, 0, new ImageCollateFunction()));
        Should.Throw<ArgumentException>(() => new SimCLRCollateFunction(cjStrength: 3)).Message.ShouldContain("cjHue");
        Should.Throw<ArgumentException>(() => new SwaVCollateFunction(cropCounts: [1])).Message.ShouldContain("equally long");
        Should.Throw<ArgumentException>(() => new DINOTransform(gaussianBlur: [1])).Message.ShouldContain("three");
        Should.Throw<ArgumentException>(() => new FastSiamTransform(numViews: 0)).Message.ShouldContain("no views");
    }

    [Fact]
    public void A_batch_owns_its_tensors_and_nothing_else_is_left()
    {
        using var folder = MakeFolder(2);
        using var dataset = new LightlyDataset(folder.Path);
        using var scope = NewDisposeScope();

        var batch = new DataLoader(dataset, 2, new ImageCollateFunction(inputSize: 8)).First();
        scope.DisposablesCount.ShouldBe(3);
        batch.Dispose();

        scope.DisposablesCount.ShouldBe(0);
    }

    private static TemporaryFolder MakeFolder(int count)
    {
        var folder = new TemporaryFolder();
        for (var index = 0; index < count; index++)
        {
            var name = $"{(index * 2 > count ? "dog" : "cat")}/{index}.png";
            folder.Write(name, TestImages.Encode(TestImages.Make(20 + index, 30, index + 1), SKEncodedImageFormat.Png));
        }

        return folder;
    }

    private static List<string> Names(DataLoader loader)
    {
        var names = new List<string>();
        foreach (var batch in loader)
        {
            names.AddRange(batch.Names);
            batch.Dispose();
        }

        return names;
    }

    private static string Bits(DataLoader loader)
    {
        var bits = "";
        foreach (var batch in loader)
        {
            bits += string.Concat(batch.Views.Select(view => Convert.ToHexString(view.bytes)));
            batch.Dispose();
        }

        return bits;
    }

    /// <summary>The page's advice about satellite images: no up and down, and colours that matter.</summary>
    private sealed class SatelliteCollateFunction() : BaseCollateFunction(
        new ViewTransformOptions { InputSize = 12, VfProb = 0.5, RrProb = 0.5, CjProb = 0, RandomGrayScale = 0 });
}
