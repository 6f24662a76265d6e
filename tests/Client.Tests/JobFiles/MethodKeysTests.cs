using LightlyCluster.Client.JobFiles;
using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Client.Tests.JobFiles;

/// <summary>How a job file names methods, losses, regularizers, lists of values and methods of one's own.</summary>
public sealed class MethodKeysTests
{
    private const string Head = "apiVersion: lightlycluster.dev/v1\nkind: TrainingJob\nspec:\n  data: images\n";

    [Fact]
    public void Losses_and_regularizers_stand_beside_the_method()
    {
        var specification = Build("  method: {name: SimCLR, loss: DCL, regularizers: [{name: co2, alpha: 0.5}, koleo], outDim: 64}\n");

        specification.Method.Name.ShouldBe("simclr");
        specification.Method.Loss.ShouldBe("dcl");
        specification.Method.Regularizers.ToString().ShouldBe("[{name: co2, alpha: 0.5, tConsistency: 0.05}, {name: koleo, weight: 0.1}]");
        specification.Method.Parameters["temperature"].ShouldBe(0.1);
        specification.Method.Parameters["outDim"].ShouldBe(64);
    }

    [Fact]
    public void Lists_of_lightly_set_several_parameters()
    {
        var specification = Build("  method: dino\n  transforms: {sigmas: [0.3, 1.5], localCropScale: [0.1, 0.3], global_crop_scale: [0.5, 1], n_local_views: 4}\n");

        specification.Transforms.Preset.ShouldBe("dino");
        specification.Transforms.Overrides.ToString().ShouldBe(
            "globalMaxScale=1, globalMinScale=0.5, localMaxScale=0.3, localMinScale=0.1, nLocalViews=4, sigmaHigh=1.5, sigmaLow=0.3");
        TransformCatalog.ViewCount(specification.Transforms).ShouldBe(6);
    }

    [Fact]
    public void A_method_of_ones_own_takes_any_parameters()
    {
        var specification = Build("  method: {name: mine, plugin: Mine.dll, parameters: {weight: 2, isFast: true}}\n");

        specification.Method.Name.ShouldBe("mine");
        specification.Method.Plugin.ShouldBe("Mine.dll");
        specification.Method.Parameters.ToString().ShouldBe("isFast=1, weight=2");
    }

    [Theory]
    [InlineData("  method: swav\n")]
    [InlineData("  method: {name: byol, loss: nt-xent, regularizers: [{name: co2}]}\n")]
    [InlineData("  method: {name: mine, plugin: Mine.dll, parameters: {weight: 2}}\n")]
    [InlineData("  backbone: {name: torchvision-resnet-18, numSplits: 2, stemActivation: false}\n  transforms: {sigmas: [0.2, 1]}\n")]
    public void What_is_written_is_read_back(string text)
    {
        var specification = Build(text);

        var again = new JobSpecificationBuilder();
        again.Apply(JobFileReader.Parse(JobFileWriter.Write("job", specification), "job.yaml").Assignments);

        again.Build().ShouldBe(specification);
    }

    [Theory]
    [InlineData("  method: {name: simclr, regularizers: {alpha: 1}}\n", "method.regularizers")]
    [InlineData("  method: {name: simclr, regularizers: [{name: co2, alpha: much}]}\n", "method.regularizers")]
    [InlineData("  method: {name: simclr, regularizers: [{name: co3}]}\n", "did you mean 'co2'")]
    [InlineData("  transforms: {sigmas: 0.3}\n", "a list of 2 numbers")]
    [InlineData("  transforms: {sigmas: [0.3, b]}\n", "sigmaHigh")]
    [InlineData("  transforms: {sigmas: [2, 1]}\n", "above sigmaHigh")]
    public void What_is_wrong_is_named(string text, string expected) =>
        Should.Throw<CommandException>(() => Build(text)).Message.ShouldContain(expected);

    [Fact]
    public void The_schema_knows_every_key_that_the_reader_knows()
    {
        var spec = JobSchema.Create()["properties"]!["spec"]!["properties"]!.AsObject();

        foreach (var key in JobKeys.Leaves(JobKeys.Root))
        {
            var node = spec;
            foreach (var name in key.Path.Split('.'))
            {
                node = (node["properties"]?.AsObject() ?? node["anyOf"]?[1]?["properties"]?.AsObject() ?? node)[name]!.AsObject();
            }
        }

        $"{spec["method"]}".ShouldContain("barlow-twins");
        $"{spec["method"]}".ShouldContain("co2");
    }

    private static JobSpecification Build(string text)
    {
        var builder = new JobSpecificationBuilder();
        builder.Apply(JobFileReader.Parse(Head + text, "job.yaml").Assignments);
        return builder.Build();
    }
}
