using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Fleet.Tests.Jobs;

public sealed class MethodCatalogTests
{
    [Theory]
    [InlineData("SimCLR", "simclr")]
    [InlineData("barlowtwins", "barlow-twins")]
    [InlineData("barlow_twins", "barlow-twins")]
    [InlineData("BarlowTwins", "barlow-twins")]
    [InlineData("FastSiam", "fast-siam")]
    [InlineData("MoCo", "moco")]
    public void Spellings_of_lightly_are_understood(string spelling, string name) => MethodCatalog.Find(spelling)!.Name.ShouldBe(name);

    [Fact]
    public void A_name_that_is_none_is_not_guessed() => MethodCatalog.Find("simclrs").ShouldBeNull();

    [Fact]
    public void Every_method_names_losses_regularizers_and_transforms_that_exist()
    {
        foreach (var method in MethodCatalog.All)
        {
            method.Losses.ShouldAllBe(loss => LossCatalog.Find(loss)!.Name == loss, method.Name);
            method.Regularizers.ShouldAllBe(regularizer => RegularizerCatalog.Find(regularizer)!.Name == regularizer, method.Name);
            TransformCatalog.Presets.ShouldContain(method.Preset);
            JobVocabulary.Optimizers.ShouldContain(method.Optimizer.Name);
        }
    }

    [Fact]
    public void Every_default_is_allowed()
    {
        foreach (var method in MethodCatalog.All)
        {
            foreach (var parameter in method.Losses.SelectMany(method.ParametersWith))
            {
                parameter.Allows(parameter.Default).ShouldBeTrue($"{method.Name}: {parameter.Name}");
            }
        }

        TransformCatalog.Parameters.ShouldAllBe(parameter => parameter.Allows(parameter.Default));
    }

    [Fact]
    public void A_method_keeps_its_own_default_for_its_own_loss_only()
    {
        MethodCatalog.Find("moco")!.Resolve("nt-xent", [])["temperature"].ShouldBe(0.1);
        MethodCatalog.Find("simclr")!.Resolve("nt-xent", [])["temperature"].ShouldBe(0.5);
        MethodCatalog.Find("simclr")!.Resolve("dcl", [])["temperature"].ShouldBe(0.1);
        MethodCatalog.Find("simclr")!.Resolve("vicreg", []).ContainsKey("temperature").ShouldBeFalse();
    }

    [Theory]
    [InlineData("simclr", "", 256, "sgd", 0.06)]
    [InlineData("simclr", "", 1024, "sgd", 0.24)]
    [InlineData("simclr", "lars", 4096, "lars", 4.8)]
    [InlineData("byol", "lars", 256, "lars", 0.45)]
    [InlineData("swav", "", 128, "adamw", 0.001)]
    public void The_learning_rate_grows_with_the_global_batch(string method, string optimizer, int batch, string expected, double rate)
    {
        var defaults = OptimizerDefaults.For(MethodCatalog.Find(method), optimizer);

        defaults.Name.ShouldBe(expected);
        defaults.LearningRateOf(batch).ShouldBe(rate, 1e-12);
    }
}
