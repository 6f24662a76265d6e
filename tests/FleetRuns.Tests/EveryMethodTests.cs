using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>Every method, loss, regularizer, optimizer and kind of backbone trains on the fleet; the number of workers changes nothing.</summary>
public sealed class EveryMethodTests(SharedFleets fleets) : IClassFixture<SharedFleets>
{
    public static TheoryData<string> Methods => new(MethodCatalog.Names);

    public static TheoryData<string> Presets => new(TransformCatalog.Presets);

    public static TheoryData<string, string> OtherLosses
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var loss in LossCatalog.OfPairs.Where(loss => loss != LossCatalog.NTXent))
            {
                data.Add("simclr", loss);
            }

            data.Add("simsiam", LossCatalog.NTXent);
            data.Add("byol", LossCatalog.NTXent);
            data.Add("nnclr", LossCatalog.NegativeCosine);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public Task A_method_trains_by_its_name(string method) => SameBitsAsync(fleets.JobOf(method));

    [Theory]
    [MemberData(nameof(OtherLosses))]
    public Task A_loss_that_fits_can_be_chosen(string method, string loss) => SameBitsAsync(fleets.JobOf(method, loss));

    [Theory]
    [InlineData("simclr", "co2")]
    [InlineData("moco", "co2")]
    [InlineData("simsiam", "co2")]
    [InlineData("simclr", "koleo")]
    [InlineData("dino", "koleo")]
    public Task A_regularizer_is_added_to_the_loss(string method, string regularizer) => SameBitsAsync(fleets.JobOf(method, "", regularizer));

    [Theory]
    [InlineData("adamw")]
    [InlineData("lars")]
    public Task An_optimizer_can_be_chosen(string optimizer)
    {
        var spec = fleets.JobOf("simclr");
        spec.Optimizer = new() { Name = optimizer };
        return SameBitsAsync(spec);
    }

    [Theory]
    [InlineData("simclr")]
    [InlineData("moco")]
    public Task The_networks_may_compute_in_bfloat16(string method)
    {
        var spec = fleets.JobOf(method);
        spec.Train.Precision = JobVocabulary.PrecisionBFloat16;
        return SameBitsAsync(spec);
    }

    [Theory]
    [InlineData("byol", JobVocabulary.WireSingle)]
    [InlineData("swav", JobVocabulary.WireInt8)]
    public Task Replicas_may_train_by_themselves_and_meet_every_few_batches(string method, string wire)
    {
        var spec = fleets.JobOf(method);
        spec.Train.BatchSize = 16;
        spec.Sync = new() { Transport = JobVocabulary.TransportLocalSgd, LocalSteps = 2, Wire = wire };
        return SameBitsAsync(spec);
    }

    [Fact]
    public async Task A_round_that_is_larger_than_the_data_is_one_clear_error()
    {
        var spec = fleets.JobOf("simclr");
        spec.Sync = new() { Transport = JobVocabulary.TransportLocalSgd, LocalSteps = 1000 };

        var end = await fleets.RunAsync(spec, 1);

        (end.State, end.Reason).ShouldBe((TrainingJob.Types.State.Failed, "InvalidData"));
        end.Message.ShouldContain("fewer than one round of 1000 local steps with 32 images each. Lower sync.localSteps");
    }

    [Theory]
    [InlineData("torchvision-resnet-18", 0.0625, 0)]
    [InlineData("resnet-9", 0.0625, 2)]
    [InlineData("resnet-50", 0.0625, 0)]
    [InlineData("vit-tiny", 1, 0)]
    public Task A_backbone_can_be_chosen(string backbone, double width, int splits)
    {
        var spec = fleets.JobOf("simclr");
        spec.Backbone = new() { Name = backbone, Width = width, NumSplits = splits };
        spec.Train.Steps = 2;
        return SameBitsAsync(spec);
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public Task A_preset_of_transforms_can_be_chosen(string preset)
    {
        var spec = fleets.JobOf("simclr");
        spec.Train.Steps = 1;
        spec.Transforms = new() { Preset = preset, Overrides = { ["cjProb"] = 0.5, ["sigmaLow"] = 0.3, ["gaussianBlur"] = 0.5 } };
        return SameBitsAsync(spec);
    }

    [Fact]
    public async Task Small_crops_that_a_vision_transformer_cannot_cut_into_patches_are_one_clear_error()
    {
        var spec = fleets.JobOf("dino");
        spec.Backbone = new() { Name = "vit-tiny", PatchSize = 32 };

        var end = await fleets.RunAsync(spec, 1);

        end.Reason.ShouldBe("InvalidSpecification");
        end.Message.ShouldContain("patch size 32");
        end.Message.ShouldContain("localCropSize");
    }

    [Fact]
    public Task A_method_of_ones_own_trains_from_a_single_file() => SameBitsAsync(OwnMethod("weight", 2));

    [Theory]
    [InlineData("wieght", 2, "did you mean 'weight'")]
    [InlineData("weight", -1, "allowed is 0 to 100")]
    public async Task A_method_of_ones_own_says_what_it_takes(string parameter, double value, string expected)
    {
        var end = await fleets.RunAsync(OwnMethod(parameter, value), 1);

        end.State.ShouldBe(TrainingJob.Types.State.Failed);
        end.Reason.ShouldBe("InvalidSpecification");
        end.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task A_method_may_recompute_what_another_fleet_keeps()
    {
        var spec = fleets.JobOf("byol", "", "co2");
        var keeps = await fleets.RunAsync(spec, 1);
        spec.Train.Recompute = true;

        var recomputes = await fleets.RunAsync(spec, 3);

        recomputes.Result.StateHash.ShouldBe(keeps.Result.StateHash, recomputes.Message);
    }

    [Theory]
    [InlineData("dino")]
    [InlineData("swav")]
    [InlineData("nnclr")]
    [InlineData("tico")]
    public async Task A_stopped_method_goes_on_with_all_of_its_state(string method)
    {
        var whole = await fleets.RunAsync(fleets.JobOf(method), 1);
        var first = fleets.JobOf(method);
        first.Checkpoint = new() { StopAfterStep = 1 };
        var paused = await fleets.RunAsync(first, 1);
        var rest = fleets.JobOf(method);
        rest.Checkpoint = new() { ResumeFrom = Path.Combine(paused.OutputUri, "checkpoints", "last.safetensors") };

        var end = await fleets.RunAsync(rest, 3);

        end.State.ShouldBe(TrainingJob.Types.State.Succeeded, end.Message);
        end.Result.StateHash.ShouldBe(whole.Result.StateHash);
    }

    [Theory]
    [InlineData("simclr", "nt-xent")]
    [InlineData("simclr", "mmcr")]
    public async Task A_loss_that_is_not_a_number_stops_the_job_and_says_what_to_try(string method, string loss)
    {
        var spec = fleets.JobOf(method, loss);
        spec.Train.Steps = 40;
        spec.Optimizer = new() { LearningRate = 1000, WeightDecay = 1 };
        spec.Schedule = new() { Name = "constant", WarmupSteps = 0 };

        var end = await fleets.RunAsync(spec, 3);

        end.State.ShouldBe(TrainingJob.Types.State.Failed);
        end.Reason.ShouldBe("LossNotFinite");
        end.Message.ShouldContain(method);
        end.Message.ShouldContain("step");
        end.Message.ShouldContain("Lower the learning rate");
    }

    [Fact]
    public async Task Values_that_only_the_worker_can_judge_are_one_clear_error()
    {
        var spec = fleets.JobOf("simclr");
        spec.Transforms = new() { Overrides = { ["cjHue"] = 0.4, ["cjStrength"] = 2 } };

        var end = await fleets.RunAsync(spec, 1);

        end.State.ShouldBe(TrainingJob.Types.State.Failed);
        end.Reason.ShouldBe("InvalidSpecification");
        end.Message.ShouldContain("cjHue");
    }

    private TrainingJobSpec OwnMethod(string parameter, double value)
    {
        var spec = fleets.JobOf("spectral-contrastive");
        spec.Method.Plugin = "LightlyCluster.CustomMethod.dll";
        spec.Method.Parameters[parameter] = value;
        return spec;
    }

    private async Task SameBitsAsync(TrainingJobSpec spec)
    {
        var one = await fleets.RunAsync(spec, 1);
        var three = await fleets.RunAsync(spec, 3);

        one.State.ShouldBe(TrainingJob.Types.State.Succeeded, one.Message);
        three.State.ShouldBe(TrainingJob.Types.State.Succeeded, three.Message);
        three.Result.Workers.Count.ShouldBe(3);
        three.Result.StateHash.ShouldBe(one.Result.StateHash);
    }
}
