namespace LightlyCluster.SelfSupervised.Training;

/// <summary>A method of your own. Workers find it in the assemblies of their plugin folder; a job names it.</summary>
/// <remarks>
/// Compile one file against this library, put the assembly into the folder that the workers' LIGHTLY_PLUGINS names, and write
/// <c>method: {name: my-method, plugin: MyMethods.dll, parameters: {myNumber: 2}}</c>. Derive the training from
/// <see cref="ViewTraining"/> or <see cref="PairTraining"/>: shards, exchange, momentum networks and checkpoints then come by
/// themselves, and any number of workers gives the same bits. The class must be public, with a constructor without arguments.
/// </remarks>
public abstract class MethodPlugin
{
    /// <summary>The method's name in a job file.</summary>
    public abstract string Name { get; }

    /// <summary>What can be set; a job that sets anything else is refused.</summary>
    public virtual IReadOnlyList<PluginParameter> Parameters => [];

    /// <summary>Makes the method with state 0. Everything random must come from the request's seed and the parameters' names.</summary>
    /// <param name="request">What it is made from; every parameter is there.</param>
    public abstract TrainingMethod Create(MethodRequest request);
}
