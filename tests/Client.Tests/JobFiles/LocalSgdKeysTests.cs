using LightlyCluster.Client.JobFiles;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Tests.JobFiles;

/// <summary>The keys of local SGD stand in the file of such a job only, and come back as they were.</summary>
public sealed class LocalSgdKeysTests
{
    [Fact]
    public void A_job_of_local_SGD_writes_its_keys_with_their_defaults()
    {
        var specification = Read("{transport: local-sgd}");

        specification.Sync.LocalSteps.ShouldBe(SyncSpecification.DefaultLocalSteps);
        specification.StepImages.ShouldBe(1024);
        specification.ShardStepImages.ShouldBe(128);
        specification.Optimizer.LearningRate.ShouldBe(0.06 * 16 / 256, 1e-12);
        var text = JobFileWriter.Write("mine", specification);
        text.ShouldContain("localSteps: 8");
        text.ShouldContain("outerLearningRate: 0.7");
        text.ShouldContain("outerMomentum: 0.9");
        Parse(text).ShouldBe(specification);
    }

    [Fact]
    public void Another_job_has_one_batch_a_step_and_says_nothing_of_rounds()
    {
        var specification = Read("{transport: redis}");

        specification.Sync.LocalSteps.ShouldBe(1);
        specification.StepImages.ShouldBe(128);
        JobFileWriter.Write("mine", specification).ShouldNotContain("localSteps");
    }

    [Fact]
    public void What_was_given_by_mistake_is_kept_to_be_refused()
    {
        var specification = Read("{localSteps: 4, outerMomentum: 0.5}");

        Parse(JobFileWriter.Write("mine", specification)).ShouldBe(specification);
        JobSpecificationValidator.Validate(specification).Select(violation => violation.Path).ShouldBe(["sync.localSteps", "sync.outerMomentum"]);
    }

    private static JobSpecification Read(string sync) =>
        Parse($"apiVersion: lightlycluster.dev/v1\nkind: TrainingJob\nspec: {{data: images, train: {{batchSize: 128}}, sync: {sync}}}\n");

    private static JobSpecification Parse(string text)
    {
        var wire = new TrainingJobSpec();
        foreach (var assignment in JobFileReader.Parse(text, "job.yaml").Assignments)
        {
            JobValue.Apply(assignment, wire);
        }

        return JobSpecificationMapping.FromWire(wire);
    }
}
