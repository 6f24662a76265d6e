using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Fleet.Tests.Jobs;

public sealed class JobSpecificationValidatorTests
{
    [Fact]
    public void Every_method_with_every_loss_and_regularizer_that_fits_is_valid()
    {
        foreach (var method in MethodCatalog.All)
        {
            foreach (var loss in method.Losses)
            {
                var specification = Specification(method.Name, loss, [.. method.Regularizers]);

                JobSpecificationValidator.Validate(specification).ShouldBeEmpty($"{method.Name} with {loss}");
            }
        }
    }

    [Fact]
    public void A_loss_that_does_not_fit_is_one_error_that_lists_those_that_fit()
    {
        var violation = JobSpecificationValidator.Validate(Specification("barlow-twins", "negative-cosine")).ShouldHaveSingleItem();

        violation.Path.ShouldBe("method.loss");
        violation.Message.ShouldContain("does not fit barlow-twins");
        violation.Message.ShouldContain("vicreg");
    }

    [Fact]
    public void A_regularizer_that_does_not_fit_is_one_error_that_lists_those_that_fit()
    {
        var violation = JobSpecificationValidator.Validate(Specification("moco", "nt-xent", "koleo")).ShouldHaveSingleItem();

        violation.Message.ShouldBe("method.regularizers 'koleo' does not fit moco; those that fit: co2");
    }

    [Theory]
    [InlineData("vit-tiny", 0.5, "auto", 0, 0, 64, "backbone.width")]
    [InlineData("vit-tiny", 1, "large", 0, 0, 64, "backbone.stem")]
    [InlineData("vit-tiny", 1, "auto", 0, 7, 64, "backbone.patchSize")]
    [InlineData("resnet-18", 1, "auto", 0, 8, 64, "backbone.patchSize")]
    [InlineData("resnet-18", 0.001, "auto", 0, 0, 64, "backbone.width")]
    [InlineData("resnet-18", 1, "auto", 3, 0, 64, "backbone.numSplits")]
    public void A_backbone_that_does_not_fit_is_named(string name, double width, string stem, int splits, int patch, int size, string path)
    {
        var specification = Specification("simclr", "nt-xent") with
        {
            Backbone = new() { Name = name, Width = width, Stem = stem, NumSplits = splits, PatchSize = patch },
            Data = new() { Path = "images", ImageSize = size },
        };

        JobSpecificationValidator.Validate(specification).ShouldHaveSingleItem().Path.ShouldBe(path);
    }

    [Theory]
    [InlineData("simclr", "nLocalViews")]
    [InlineData("dino", "numViews")]
    [InlineData("byol", "numViews")]
    public void Views_that_a_preset_does_not_have_cannot_be_counted(string preset, string parameter)
    {
        var specification = Specification("simclr", "nt-xent") with
        {
            Transforms = new() { Preset = preset, Overrides = new([KeyValuePair.Create(parameter, 4.0)]) },
        };

        JobSpecificationValidator.Validate(specification).ShouldHaveSingleItem().Path.ShouldBe($"transforms.{parameter}");
    }

    [Theory]
    [InlineData("MyMethods.dll", 0)]
    [InlineData("../MyMethods.dll", 1)]
    [InlineData("/tmp/MyMethods.dll", 1)]
    [InlineData("MyMethods.so", 1)]
    public void A_plugin_is_a_file_of_the_workers_folder_and_nothing_else(string plugin, int violations)
    {
        var specification = Specification("simclr", "nt-xent") with
        {
            Method = new() { Name = "my-method", Loss = "", Plugin = plugin, Parameters = new([KeyValuePair.Create("anything", 3.0)]) },
        };

        JobSpecificationValidator.Validate(specification).Count.ShouldBe(violations);
    }

    internal static JobSpecification Specification(string method, string loss, params string[] regularizers) => new()
    {
        Data = new() { Path = "images" },
        Method = new()
        {
            Name = method,
            Loss = loss,
            Parameters = MethodCatalog.Find(method)!.Resolve(loss, []),
            Regularizers = new(regularizers.Select(name => new RegularizerSpecification(name, RegularizerCatalog.Find(name)!.Resolve([])))),
        },
        Backbone = new(),
        Transforms = new() { Preset = MethodCatalog.Find(method)!.Preset },
        Train = new(),
        Optimizer = new(),
        Schedule = new(),
        Workers = new(),
        Sync = new(),
        Checkpoint = new(),
        Evaluate = new(),
        Resources = new(),
    };
}
