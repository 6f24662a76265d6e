using LightlyCluster.Samples;

return SampleCommand.Run(args, Console.Out, Console.Error);
