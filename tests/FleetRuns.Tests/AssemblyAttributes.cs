// Each test starts several processes; two at a time would measure the machine.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
